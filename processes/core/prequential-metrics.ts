import { PrequentialObserver } from '../../actors/runtime/prequential-observer.ts';
import type { PrequentialQuery } from '../../api/deps.ts';
import type { PrequentialAnswer } from '../../api/schema/answers.ts';
import type { PlaceWindow } from '../../model/stream/place-window.ts';
import { placeFigures } from '../../model/stream/prequential-figures.ts';

/** Versions whose figures are kept; past it those of the one that came first are dropped. */
export const observedVersionsMax = 16;

const KS = [10, 20];

/** What was seen of one version: events sampled so far, and the newest places of a window. */
export interface ObservedVersion {
  readonly version: string;
  readonly sampled: number;
  readonly newest: Uint16Array;
}

/** The observers of the versions that serve or are held, one a version over all partitions. */
export class PrequentialMetricsBook {
  readonly #share: number;
  readonly #observers = new Map<string, PrequentialObserver>();

  /** Makes an empty book whose observers sample this share of interactions. */
  constructor(share: number) {
    this.#share = share;
  }

  /** The observer of a version. */
  observerOf(version: string): PrequentialObserver {
    const known = this.#observers.get(version);
    if (known !== undefined) return known;
    const observer = new PrequentialObserver(this.#share);
    this.#observers.set(version, observer);
    const [oldest] = this.#observers.keys();
    if (this.#observers.size > observedVersionsMax && oldest !== undefined) {
      this.#observers.delete(oldest);
    }
    return observer;
  }

  /** The versions that are observed, in the order in which they came. */
  get versions(): readonly string[] {
    return [...this.#observers.keys()];
  }

  /** Drops the figures of all versions but one. */
  forgetOthers(version: string): void {
    for (const other of this.versions) if (other !== version) this.#observers.delete(other);
  }

  /** The places of each version, in the order in which they came to serve. */
  places(): readonly (readonly [version: string, places: PlaceWindow])[] {
    return [...this.#observers].map(([version, { places }]) => [version, places]);
  }

  /** The figures of a window, by version in the order in which they came to serve. */
  tell({ window, model }: PrequentialQuery): PrequentialAnswer {
    const chosen = this.places().filter(([version]) => model === undefined || version === model);
    const seen = chosen.map(([version, places]) => {
      return { version, sampled: places.total, newest: places.newest(window) };
    });
    return prequentialAnswer(this.#share, window, seen);
  }
}

/** Recall at 10 by version, of those that saw any sampled event. */
export function recall10Of({ models }: PrequentialAnswer): Readonly<Record<string, number>> {
  const seen = models.filter(({ events }) => events > 0);
  return Object.fromEntries(seen.map(({ version, recall }) => [version, recall['10'] ?? 0]));
}

/** The answer from the newest places of each version. */
export function prequentialAnswer(
  share: number,
  window: number,
  seen: readonly ObservedVersion[],
): PrequentialAnswer {
  const models = seen.map(({ version, sampled, newest }) => {
    return { version, sampled, events: newest.length, ...placeFigures(newest, KS) };
  });
  return { share, window, models };
}

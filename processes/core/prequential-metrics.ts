import { PrequentialObserver } from '../../actors/runtime/prequential-observer.ts';
import type { PrequentialQuery } from '../../api/deps.ts';
import type { PrequentialAnswer } from '../../api/schema/answers.ts';
import { placeFigures } from '../../model/stream/prequential-figures.ts';

/** Versions whose figures are kept; past it those of the one that came first are dropped. */
export const observedVersionsMax = 16;

const KS = [10, 20];

/** The observers of the versions that have served since the start, one a version over all partitions. */
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

  /** The figures of a window, by version in the order in which they came to serve. */
  tell({ window, model }: PrequentialQuery): PrequentialAnswer {
    const chosen = [...this.#observers].filter(
      ([version]) => model === undefined || version === model,
    );
    return {
      share: this.#share,
      window,
      models: chosen.map(([version, { places }]) => {
        const newest = places.newest(window);
        const sampled = places.total;
        return { version, sampled, events: newest.length, ...placeFigures(newest, KS) };
      }),
    };
  }
}

import type { LivePort } from '../../api/deps.ts';
import type { LiveSample } from '../../api/schema/live.ts';
import type { Counts } from './counts.ts';
import type { FreshnessWindow } from './freshness-window.ts';

/** How often figures are taken, milliseconds. */
export const LIVE_SAMPLE_MS = 1_000;
/** Samples that are kept: ten minutes of them. */
export const liveSamplesMax = 600;

/** Samples from one count of what costs more to the next. */
const COUNT_SAMPLES = 5;

/** What figures are taken of. */
export interface LiveFiguresDeps {
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** The last sequence of each partition's journal, −1 where it is empty. */
  readonly heads: () => readonly number[];
  /** The last sequence of a partition that answers know. */
  readonly position: (partition: number) => number;
  /** The version that serves; undefined before there is one. */
  readonly model: () => string | undefined;
  readonly counts: () => Counts;
  /** Prequential recall at 10 by version. */
  readonly recall10: () => Promise<Readonly<Record<string, number>>>;
  readonly freshness: Pick<FreshnessWindow, 'figures'>;
  readonly onError: (error: unknown) => void;
}

/** Takes the figures of an instance once a second and keeps the newest ones. */
export class LiveFigures implements LivePort {
  readonly #deps: LiveFiguresDeps;
  readonly #samples: LiveSample[] = [];
  #timer: NodeJS.Timeout | undefined;
  #taken = 0;
  #isTaking = false;
  #counts: Counts = { events: 0, users: 0, items: 0, refused: 0 };
  #recall10: Readonly<Record<string, number>> = {};

  constructor(deps: LiveFiguresDeps) {
    this.#deps = deps;
  }

  /** Begins to take figures, until it is closed. */
  start(): void {
    this.#timer ??= setInterval(() => {
      // A sample that takes long is not begun twice.
      if (this.#isTaking) return;
      this.#isTaking = true;
      this.take()
        .catch(this.#deps.onError)
        .finally(() => (this.#isTaking = false));
    }, LIVE_SAMPLE_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  samples(): readonly LiveSample[] {
    return this.#samples;
  }

  /** Takes the figures of now. */
  async take(): Promise<void> {
    const { clock, heads, position, model, counts, recall10, freshness } = this.#deps;
    const version = model();
    if (version === undefined) return;
    if (this.#taken % COUNT_SAMPLES === 0) {
      this.#counts = counts();
      this.#recall10 = await recall10();
    }
    this.#taken += 1;
    let events = 0;
    let behind = 0;
    for (const [partition, head] of heads().entries()) {
      events += head + 1;
      behind += Math.max(0, head - position(partition));
    }
    const { users, items, refused } = this.#counts;
    this.#samples.push({
      ...{ at: Math.floor(clock()), model: version, events, behind },
      ...{ freshMs: freshness.figures(), recall10: this.#recall10, users, items, refused },
    });
    if (this.#samples.length > liveSamplesMax) this.#samples.shift();
  }
}

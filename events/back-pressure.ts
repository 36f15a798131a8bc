import { RepriseError } from './error.ts';

/** The messages of a partition that may be on their way to the journal before more are refused. */
export const lagEventsMax = 1_000_000;

/** How long a told lag holds before it is asked for again. */
export const LAG_MS_MAX = 1_000;

/** What back-pressure needs. */
export interface BackPressureDeps {
  /** Messages sent and not in the journal yet, one number a partition. */
  readonly lag: () => Promise<readonly number[]>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** {@link lagEventsMax} where absent. */
  readonly lagEventsMax?: number | undefined;
}

/** Refuses what comes in while the ingest lags too far behind. */
export class BackPressure {
  readonly #deps: BackPressureDeps;
  #told: readonly number[] = [];
  #askedMs = -Infinity;
  #asking: Promise<void> | undefined;

  constructor(deps: BackPressureDeps) {
    this.#deps = deps;
  }

  /** Throws BUSY while a partition's lag is over the bound; waits for nothing but the first lag ever told. */
  async admit(): Promise<void> {
    const isFirst = this.#askedMs === -Infinity;
    const nowMs = this.#deps.clock();
    if (this.#asking === undefined && nowMs - this.#askedMs >= LAG_MS_MAX) {
      this.#askedMs = nowMs;
      this.#asking = this.#ask();
    }
    if (isFirst) await this.#asking;
    const max = this.#deps.lagEventsMax ?? lagEventsMax;
    const partition = this.#told.findIndex((lag) => lag > max);
    if (partition < 0) return;
    throw new RepriseError(
      'BUSY',
      `the ingest of partition ${String(partition)} is ${String(this.#told[partition])} events behind, over ` +
        `${String(max)}: send again later, or start more ingest processes`,
      { partition, lagEvents: this.#told[partition] },
    );
  }

  async #ask(): Promise<void> {
    try {
      this.#told = await this.#deps.lag();
    } catch {
      // Who can't tell the lag can't take messages either: the send says so, with its remedy.
      this.#told = [];
    } finally {
      this.#asking = undefined;
    }
  }
}

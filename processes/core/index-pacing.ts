/** What pacing needs from outside. */
export interface IndexPacingDeps {
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly buildIntervalMsMin: number;
  readonly build: () => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** The least time between two index builds that nobody asked for. */
export const INDEX_BUILD_INTERVAL_MS_MIN = 300_000;

/** Starts index builds when they are due, and none within an interval of the one before. */
export class IndexPacing {
  readonly #deps: IndexPacingDeps;
  #startedMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(deps: IndexPacingDeps) {
    this.#deps = deps;
  }

  /** Says that a build is due: it starts now, or when the interval is over. */
  due(): void {
    if (this.#timer !== undefined || this.#closed) return;
    const { clock, buildIntervalMsMin } = this.#deps;
    const waitMs = this.#startedMs + buildIntervalMsMin - clock();
    if (waitMs <= 0) this.#start();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#start();
      }, waitMs);
    }
  }

  /** Starts no build any more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #start(): void {
    this.#startedMs = this.#deps.clock();
    this.#deps.build().catch((error: unknown) => {
      this.#deps.onError(error);
    });
  }
}

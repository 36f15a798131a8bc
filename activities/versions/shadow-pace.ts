/** The share of the core's time that shadows and backfills take together, at most: the rest is for those who ask. */
export const SHADOW_SHARE_MAX = 0.75;

/** The same for versions whose learner answers itself: live answers by such a one cost the core more, too. */
export const ASKED_SHADOW_SHARE_MAX = 0.3;

/** The longest time that a slice of a shadow counts for: what else ran in between is not its own. */
const SLICE_COST_MS_MAX = 32;

/** Time below which no pause is made: it is owed on. */
const PAUSE_MS_MIN = 1;

/** What the pace needs from outside. */
export interface ShadowPaceDeps {
  /** Milliseconds with fractions. */
  readonly clock: () => number;
  /** Lets the event loop turn once. */
  readonly yieldNow: () => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** {@link SHADOW_SHARE_MAX} where absent. */
  readonly shareMax?: number;
}

/**
 * Keeps all that shadows do within a share of the time: whoever ran a slice owes a pause in proportion, and all wait
 * for one another's pauses.
 */
export class ShadowPace {
  readonly #deps: ShadowPaceDeps;
  readonly #shareMax: number;
  #owedMs = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(deps: ShadowPaceDeps) {
    this.#deps = deps;
    this.#shareMax = deps.shareMax ?? SHADOW_SHARE_MAX;
  }

  /**
   * Makes the yield of one replay: it measures the slice since the one before, and pauses for it so that the replay keeps
   * within a share of the time. Throws RangeError where that is no share.
   */
  yielder(shareMax = this.#shareMax): () => Promise<void> {
    const { clock } = this.#deps;
    if (!(shareMax > 0 && shareMax <= 1)) {
      throw new RangeError(`a share of time is above 0 and up to 1, not ${String(shareMax)}`);
    }
    const owedPerMs = 1 / shareMax - 1;
    let sinceMs = clock();
    return async () => {
      this.#owedMs += Math.min(clock() - sinceMs, SLICE_COST_MS_MAX) * owedPerMs;
      const turn = this.#turn.then(() => this.#pause());
      this.#turn = turn;
      await turn;
      sinceMs = clock();
    };
  }

  async #pause(): Promise<void> {
    const { yieldNow, sleep } = this.#deps;
    if (this.#owedMs < PAUSE_MS_MIN) {
      await yieldNow();
      return;
    }
    const owed = this.#owedMs;
    this.#owedMs = 0;
    await sleep(owed);
  }
}

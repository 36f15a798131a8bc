import type { Fence, FenceStore, MoverStand } from '../../../activities/replay/fences.ts';

/** Time after which a fence that nobody confirmed is asked for before anything is written. */
export const FENCE_CONFIRMED_MS_MAX = 2_500;

/** What a fence is watched with. */
export interface FenceWatchDeps {
  readonly fence: Fence;
  readonly fences: Pick<FenceStore, 'check' | 'tell'>;
  /** Milliseconds that go on while the process is stopped. */
  readonly clock: () => number;
}

/** Knows how long ago a fence was seen to stand: a process that was stopped for a while must ask before it writes. */
export class FenceWatch {
  readonly fence: Fence;
  readonly #deps: FenceWatchDeps;
  #confirmedMs: number;

  /** The fence was taken just now. */
  constructor(deps: FenceWatchDeps) {
    this.#deps = deps;
    this.fence = deps.fence;
    this.#confirmedMs = deps.clock();
  }

  /** Asks whether the fence stands where that was not seen lately; throws FENCED where a newer one was taken. */
  async confirm(): Promise<void> {
    if (this.#deps.clock() - this.#confirmedMs > FENCE_CONFIRMED_MS_MAX) await this.check();
  }

  /** Asks whether the fence stands; throws FENCED where a newer one was taken. */
  async check(): Promise<void> {
    const askedMs = this.#deps.clock();
    await this.#deps.fences.check(this.fence);
    this.#confirmedMs = askedMs;
  }

  /** Tells where the partition stands; throws FENCED where a newer fence was taken. */
  async tell(stand: MoverStand): Promise<void> {
    const askedMs = this.#deps.clock();
    await this.#deps.fences.tell(this.fence, stand);
    this.#confirmedMs = askedMs;
  }
}

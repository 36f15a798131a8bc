/**
 * Looks at the register, one a second, for which a worker must have been there before partitions are given up for it:
 * who comes and goes at once moves nothing, and what was just taken from a worker that died has caught up before it
 * stands still once more.
 */
export const STEADY_LOOKS = 10;

/** How many partitions a worker holds, by how many workers are alive. */
export class FairShare {
  readonly #partitions: number;
  /** What the last looks counted; the first one counts at once, for there is nothing yet that it could move. */
  readonly #counts: number[] = [];

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** Takes note of how many workers the register counts. */
  see(workers: number): void {
    this.#counts.push(Math.max(1, workers));
    if (this.#counts.length > STEADY_LOOKS) this.#counts.shift();
  }

  /** Partitions that the worker may hold: more as soon as another one is gone, fewer when one is there to stay. */
  get partitionsMax(): number {
    const steady = this.#counts.length === 0 ? 1 : Math.min(...this.#counts);
    return Math.ceil(this.#partitions / steady);
  }
}

/**
 * Looks at the register, one a second, that must agree before a share counts: who comes and goes at once moves nothing,
 * and partitions that were just taken from a worker that died have caught up before they stand still once more.
 */
export const LOOKS_AGREEING = 10;

/** How many partitions a worker holds, by how many workers are alive. */
export class FairShare {
  readonly #partitions: number;
  #workers = 1;
  /** Undefined before the first look, which counts at once: there is nothing yet that it could move. */
  #agreed: number | undefined;
  #looks = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** Takes note of how many workers the register counts. */
  see(workers: number): void {
    const counted = Math.max(1, workers);
    this.#looks = counted === this.#workers ? this.#looks + 1 : 1;
    this.#workers = counted;
    if (this.#agreed === undefined || this.#looks >= LOOKS_AGREEING) this.#agreed = counted;
  }

  /** Partitions that the worker may hold: more as soon as another one is gone. */
  get partitionsMax(): number {
    return Math.ceil(this.#partitions / Math.min(this.#agreed ?? 1, this.#workers));
  }
}

/** Looks at the register that must agree before a share counts: who comes and goes at once moves nothing. */
const LOOKS_AGREEING = 2;

/** How many partitions a worker holds, by how many workers are alive. */
export class FairShare {
  readonly #partitions: number;
  #workers = 1;
  #agreed = 1;
  #looks = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  /** Takes note of how many workers the register counts. */
  see(workers: number): void {
    const counted = Math.max(1, workers);
    this.#looks = counted === this.#workers ? this.#looks + 1 : 1;
    this.#workers = counted;
    if (this.#looks >= LOOKS_AGREEING) this.#agreed = counted;
  }

  /** Partitions that the worker may hold: more as soon as another one is gone. */
  get partitionsMax(): number {
    return Math.ceil(this.#partitions / Math.min(this.#agreed, this.#workers));
  }
}

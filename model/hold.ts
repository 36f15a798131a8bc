/** Lets who reads a state wait while it is between two positions. */
export class Hold {
  #settled: Promise<void> | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  /** Resolves when the state may be read; undefined where it may be now. Rejects with what stopped it for good. */
  get settled(): Promise<void> | undefined {
    return this.#settled;
  }

  /** Begins a change that takes several turns. */
  begin(): void {
    if (this.#settled !== undefined) return;
    this.#settled = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Often nobody waits.
    this.#settled.catch(() => undefined);
  }

  /** Lets the state be read again. */
  end(): void {
    this.#resolve();
    this.#settled = undefined;
  }

  /** Tells who waits, and who comes later, that the state will never be whole. */
  fail(error: Error): void {
    this.begin();
    this.#reject(error);
  }
}

/** What has to be closed, in the reverse order of its opening. */
export class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];

  /** Takes note of what closes something that was opened. */
  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  /** Closes everything, the last opened first; the first failure is thrown when all is closed. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      await close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}

/** Measures what the phases of a piece of work took. */
export class Phases {
  readonly #clock: () => number;
  readonly #startMs: number;
  readonly #took = new Map<string, number>();

  constructor(clock: () => number) {
    this.#clock = clock;
    this.#startMs = clock();
  }

  /** Does a phase; one that is done several times counts as often. */
  async of<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const startMs = this.#clock();
    try {
      return await work();
    } finally {
      const beforeMs = this.#took.get(phase) ?? 0;
      this.#took.set(phase, beforeMs + this.#clock() - startMs);
    }
  }

  /** Whole milliseconds by phase, and since the beginning as `all`. */
  get tookMs(): Readonly<Record<string, number>> {
    const took = [...this.#took].map(([phase, ms]) => [phase, Math.round(ms)] as const);
    return { ...Object.fromEntries(took), all: Math.round(this.#clock() - this.#startMs) };
  }
}

/** Warnings that status tells; older ones make room. */
export const WARNINGS_MAX = 20;
/** Characters of a warning's text that are kept. */
export const WARNING_CHARACTERS_MAX = 400;

/** Something that went wrong and was worked around: what, how often, and when last. */
export interface Warning {
  readonly message: string;
  readonly times: number;
  readonly lastAt: string;
}

/** The newest warnings of an instance, for status: a log line alone is easily missed. */
export class Warnings {
  readonly #clock: () => number;
  readonly #kept = new Map<string, Warning>();

  /** `clock` gives Unix milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Notes a warning; the same one again counts on. */
  add(text: string): void {
    const message = text.slice(0, WARNING_CHARACTERS_MAX);
    const times = (this.#kept.get(message)?.times ?? 0) + 1;
    const lastAt = new Date(this.#clock()).toISOString();
    this.#kept.delete(message);
    this.#kept.set(message, { message, times, lastAt });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > WARNINGS_MAX && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** The warnings kept, newest last. */
  list(): readonly Warning[] {
    return [...this.#kept.values()];
  }
}

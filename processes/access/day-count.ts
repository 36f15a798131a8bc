const DAY_MS = 86_400_000;

/** The requests of one day of UTC, by the name of the key. */
export interface CountedDay {
  /** Days since 1970. */
  readonly day: number;
  readonly used: Readonly<Record<string, number>>;
}

/** Counts by name within days of UTC. A clock that goes back begins no day anew: it stays in the one that it was in. */
export class DayCount {
  #day: number;
  readonly #used: Map<string, number>;

  constructor(kept: CountedDay = { day: 0, used: {} }) {
    this.#day = kept.day;
    this.#used = new Map(Object.entries(kept.used));
  }

  /** Counts one of a name, up to its most; gives the milliseconds to the next day where that is reached, else 0. */
  take(name: string, most: number, nowMs: number): number {
    const day = Math.floor(nowMs / DAY_MS);
    if (day > this.#day) {
      this.#day = day;
      this.#used.clear();
    }
    const used = this.#used.get(name) ?? 0;
    if (used >= most) return (this.#day + 1) * DAY_MS - nowMs;
    this.#used.set(name, used + 1);
    return 0;
  }

  /** What was counted so far, in the day that it is of. */
  stand(): CountedDay {
    return { day: this.#day, used: Object.fromEntries(this.#used) };
  }
}

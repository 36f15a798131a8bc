import type { Series } from '../../activities/instruments.ts';

/** Appends of a partition whose freshness is awaited at a time; those past it are not measured. */
export const awaitedAppendsMax = 4_096;

/** An append that answers do not know yet. */
interface Awaited {
  readonly sequence: number;
  readonly durableMs: number;
}

/** What is known of a partition. */
interface Stand {
  readonly awaited: Awaited[];
  /** Where answers stand: they may know of an append before whoever appended is told that it is durable. */
  applied: number;
}

/** Measures how long what is durable takes until answers know it. */
export class FreshnessBook {
  readonly #freshness: Series;
  readonly #clock: () => number;
  readonly #stands = new Map<number, Stand>();

  /** `clock` gives milliseconds with fractions. */
  constructor(freshness: Series, clock: () => number) {
    this.#freshness = freshness;
    this.#clock = clock;
  }

  /** An append ends at a sequence of a partition. */
  appended(partition: number, sequence: number): void {
    const { awaited, applied } = this.#of(partition);
    if (sequence <= applied) this.#freshness(0);
    else if (awaited.length < awaitedAppendsMax) {
      awaited.push({ sequence, durableMs: this.#clock() });
    }
  }

  /** Answers of a partition know everything up to a sequence. */
  applied(partition: number, sequence: number): void {
    const stand = this.#of(partition);
    const { awaited } = stand;
    stand.applied = sequence;
    let known = 0;
    // Concurrent appends may be told of in another order: what is later in the list waits with the first.
    while (known < awaited.length && (awaited[known] as Awaited).sequence <= sequence) known += 1;
    if (known === 0) return;
    const nowMs = this.#clock();
    for (const { durableMs } of awaited.splice(0, known)) {
      this.#freshness((nowMs - durableMs) / 1_000);
    }
  }

  #of(partition: number): Stand {
    const known = this.#stands.get(partition);
    if (known !== undefined) return known;
    const made: Stand = { awaited: [], applied: -1 };
    this.#stands.set(partition, made);
    return made;
  }
}

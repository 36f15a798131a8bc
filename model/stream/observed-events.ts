import { PLACES_MAX } from './place-window.ts';

/** The groups that an event may be of, each a bit. */
export const COHORT = { newUser: 1, heavyUser: 2, tailItem: 4 } as const;

/** One sampled event: where its item stood before it was learned, and what it is of. */
export interface ObservedEvent {
  /** 53 bits of the event's key: the same event has the same in every version. */
  readonly key: number;
  /** From 1 on, or 0 for a miss. */
  readonly place: number;
  /** The sum of {@link COHORT}. */
  readonly cohorts: number;
}

/** What an observer has seen, so that another one can go on from it. */
export interface ObservedFigures {
  /** Events sampled in all. */
  readonly total: number;
  /** The newest of them, oldest first. */
  readonly events: readonly ObservedEvent[];
  /** How far each partition has come. */
  readonly partitions: readonly ObservedPartition[];
}

/** How far an observer has come in a partition. */
export interface ObservedPartition {
  /** The sequence of the last sampled event; -1 where there was none. */
  readonly reached: number;
  /** The log-weight of popularity below which an item is of the tail, … */
  readonly below: number;
  /** … and the sampled events since it was looked up. */
  readonly looks: number;
}

/** Makes the number that tells events apart of the first two words of their key. */
export function observedKey(word0: number, word1: number): number {
  return word0 * 0x20_0000 + (word1 >>> 11);
}

/** The newest sampled events of a stream that has no end, in a ring. */
export class ObservedEvents {
  readonly #keys = new Float64Array(PLACES_MAX);
  readonly #places = new Uint16Array(PLACES_MAX);
  readonly #cohorts = new Uint8Array(PLACES_MAX);
  #total = 0;

  /** Adds an event. */
  add({ key, place, cohorts }: ObservedEvent): void {
    const at = this.#total % PLACES_MAX;
    this.#keys[at] = key;
    this.#places[at] = place;
    this.#cohorts[at] = cohorts;
    this.#total++;
  }

  /** Goes on from events that were left: how many were added in all, and the newest of them. */
  resume(total: number, newest: readonly ObservedEvent[]): void {
    const events = newest.slice(-PLACES_MAX);
    this.#total = total - events.length;
    for (const event of events) this.add(event);
  }

  /** The events that are kept, oldest first. */
  kept(): readonly ObservedEvent[] {
    const length = Math.min(this.#total, PLACES_MAX);
    const from = this.#total - length;
    return Array.from({ length }, (_, n) => {
      const at = (from + n) % PLACES_MAX;
      return {
        key: this.#keys[at] as number,
        place: this.#places[at] as number,
        cohorts: this.#cohorts[at] as number,
      };
    });
  }
}

import type { StateHasher } from '../state-hash.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';

/** Words of an event: user, item, length of the context, and then the context, newest first. */
const HEAD_WORDS = 3;

/** The newest events, each with its user's items at its time, in a ring: what a learner comes back to. */
export class EventWindow implements Capturable {
  readonly #eventsMax: number;
  readonly #width: number;
  readonly #words: Uint32Array;
  readonly #weights: Float32Array;
  #seen = 0;

  constructor(eventsMax: number, contextItemsMax: number) {
    this.#eventsMax = eventsMax;
    this.#width = HEAD_WORDS + contextItemsMax;
    this.#words = new Uint32Array(eventsMax * this.#width);
    this.#weights = new Float32Array(eventsMax);
  }

  /** The events held. */
  get size(): number {
    return Math.min(this.#seen, this.#eventsMax);
  }

  /** Adds an event, in the place of the oldest where the window is full. */
  add(user: number, item: number, weight: number, context: Uint32Array, count: number): void {
    if (this.#eventsMax === 0) return;
    const place = this.#seen % this.#eventsMax;
    const first = place * this.#width;
    const words = this.#words;
    words[first] = user;
    words[first + 1] = item;
    words[first + 2] = count;
    for (let at = 0; at < this.#width - HEAD_WORDS; at++) {
      words[first + HEAD_WORDS + at] = at < count ? (context[at] as number) : 0;
    }
    this.#weights[place] = weight;
    this.#seen++;
  }

  /** The user of the event at a place. */
  user(place: number): number {
    return this.#words[place * this.#width] as number;
  }

  /** The item of the event at a place. */
  item(place: number): number {
    return this.#words[place * this.#width + 1] as number;
  }

  /** The weight of the event at a place. */
  weight(place: number): number {
    return this.#weights[place] as number;
  }

  /** Writes the context of the event at a place to `out`; returns its length. */
  context(place: number, out: Uint32Array, offset: number): number {
    const first = place * this.#width;
    const count = this.#words[first + 2] as number;
    for (let at = 0; at < count; at++) {
      out[offset + at] = this.#words[first + HEAD_WORDS + at] as number;
    }
    return count;
  }

  /** Hashes the events in their places, users and items by their ranks. */
  hash(hasher: StateHasher, userRanks: Uint32Array, itemRanks: Uint32Array): void {
    hasher.whole(this.#seen);
    hasher.floats(this.#weights, 0, this.size);
    const context = new Uint32Array(this.#width - HEAD_WORDS);
    for (let place = 0; place < this.size; place++) {
      const count = this.context(place, context, 0);
      hasher.words(
        Uint32Array.of(
          userRanks[this.user(place)] as number,
          itemRanks[this.item(place)] as number,
          ...context.subarray(0, count).map((row) => itemRanks[row] as number),
        ),
      );
    }
  }

  capture(): LearnerState {
    return {
      seen: rowsTensor(Float64Array.of(this.#seen)),
      words: rowsTensor(this.#words.slice(0, this.size * this.#width), this.#width),
      weights: rowsTensor(this.#weights.slice(0, this.size)),
    };
  }

  restore(state: LearnerState): void {
    const words = tensorOf(state, 'words', Uint32Array);
    const weights = tensorOf(state, 'weights', Float32Array);
    const [seen = 0] = tensorOf(state, 'seen', Float64Array);
    const size = Math.min(seen, this.#eventsMax);
    if (words.length !== size * this.#width || weights.length !== size) {
      throw new RangeError(`the window does not hold ${String(this.#eventsMax)} events`);
    }
    this.#words.fill(0);
    this.#words.set(words);
    this.#weights.fill(0);
    this.#weights.set(weights);
    this.#seen = seen;
  }
}

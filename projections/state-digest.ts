import { SURROGATE_BYTES } from '../events/surrogate.ts';
import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';
import { DeltaPosition } from './delta-position.ts';
import { RowDigests } from './row-digests.ts';
import { WordMix } from './word-mix.ts';

/** Rows between two yields of a whole delta. */
const ROWS_A_STEP = 4_096;

/**
 * Folds one partition's deltas into 64 bits that stand for the rows of its state: vectors, biases, popularity, counters
 * and event times, by id. A delta costs what it touches, so that every slice of the live replay can be noted. What
 * deltas do not carry (a learner's memory, seen items) is in the state hash alone.
 */
export class StateDigest {
  readonly #position = new DeltaPosition();
  readonly #users = new RowDigests();
  readonly #items = new RowDigests();
  readonly #mix = new WordMix();

  /** The last sequence that the digest holds. */
  get sequence(): Sequence {
    return this.#position.sequence;
  }

  /** The model version whose state it is; null before the first delta. */
  get version(): string | null {
    return this.#position.version;
  }

  /** The digest as 16 lower-case hex digits. */
  get hex(): string {
    const high = (this.#users.high + Math.imul(this.#items.high, 3)) >>> 0;
    const low = (this.#users.low + Math.imul(this.#items.low, 3)) >>> 0;
    return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  }

  /** Folds a delta, at once; throws where it does not continue this fold. */
  apply(delta: ModelDelta): void {
    for (const steps = this.fold(delta); steps.next().done !== true;);
  }

  /** Folds a delta in steps, for whoever yields between them. */
  *fold(delta: ModelDelta): Generator<undefined, void> {
    this.#position.check(delta);
    if (delta.whole) {
      this.#users.clear();
      this.#items.clear();
    }
    yield* this.#addIds(delta);
    yield* this.#foldUsers(delta);
    yield* this.#foldItems(delta);
    this.#position.advance(delta);
  }

  *#addIds({ newUsers, newItems }: ModelDelta): Generator<undefined, void> {
    const mix = this.#mix;
    for (let at = 0, row = 1; at < newUsers.length; at += SURROGATE_BYTES, row += 1) {
      mix.begin(1, 2);
      for (let byte = at; byte < at + SURROGATE_BYTES; byte += 1) mix.word(newUsers[byte] ?? 0);
      this.#users.add(mix);
      if (row % ROWS_A_STEP === 0) yield undefined;
    }
    for (const [row, item] of newItems.entries()) {
      mix.begin(3, 4);
      for (let at = 0; at < item.length; at += 1) mix.word(item.charCodeAt(at));
      this.#items.add(mix);
      if ((row + 1) % ROWS_A_STEP === 0) yield undefined;
    }
  }

  *#foldUsers(delta: ModelDelta): Generator<undefined, void> {
    const { dimensions, userRows, userEvents, userPositives } = delta;
    const vectors = wordsOf(delta.userVectors);
    const times = wordsOf(delta.userTimeMs);
    const mix = this.#mix;
    for (let at = 0; at < userRows.length; at += 1) {
      const row = userRows[at] as number;
      this.#users.begin(row, mix);
      mix.words(vectors, at * dimensions, (at + 1) * dimensions);
      mix.word(userEvents[at] as number);
      mix.word(userPositives[at] as number);
      mix.words(times, at * 2, at * 2 + 2);
      this.#users.end(row, mix);
      if ((at + 1) % ROWS_A_STEP === 0) yield undefined;
    }
  }

  *#foldItems(delta: ModelDelta): Generator<undefined, void> {
    const { dimensions, itemRows } = delta;
    const vectors = wordsOf(delta.itemVectors);
    const biases = wordsOf(delta.itemBias);
    const popularity = wordsOf(delta.itemPopularity);
    const mix = this.#mix;
    for (let at = 0; at < itemRows.length; at += 1) {
      const row = itemRows[at] as number;
      this.#items.begin(row, mix);
      mix.words(vectors, at * dimensions, (at + 1) * dimensions);
      mix.word(biases[at] as number);
      mix.words(popularity, at * 2, at * 2 + 2);
      this.#items.end(row, mix);
      if ((at + 1) % ROWS_A_STEP === 0) yield undefined;
    }
  }
}

/** The bits of numbers as words. */
function wordsOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

import type { WordMix } from './word-mix.ts';

const ROWS_MIN = 64;
/** Of each row: two words that stand for its id, two for what it holds. */
const WORDS = 4;

/** What each row of a table holds, as 64 bits that are keyed by its id, and their sum: the order of rows is nothing. */
export class RowDigests {
  #words = new Uint32Array(ROWS_MIN * WORDS);
  #rows = 0;
  #high = 0;
  #low = 0;

  /** The sum over all rows, modulo 2^32 in each half. */
  get high(): number {
    return this.#high >>> 0;
  }

  get low(): number {
    return this.#low >>> 0;
  }

  /** Forgets all rows. */
  clear(): void {
    this.#words = new Uint32Array(ROWS_MIN * WORDS);
    this.#rows = 0;
    this.#high = 0;
    this.#low = 0;
  }

  /** Adds a row under the id that was mixed; it holds nothing yet. */
  add(id: WordMix): void {
    if ((this.#rows + 1) * WORDS > this.#words.length) {
      const wider = new Uint32Array(this.#words.length * 2);
      wider.set(this.#words);
      this.#words = wider;
    }
    const at = this.#rows * WORDS;
    this.#words[at] = id.high;
    this.#words[at + 1] = id.low;
    this.#rows += 1;
  }

  /** Begins to mix what a row holds. */
  begin(row: number, mix: WordMix): void {
    const at = row * WORDS;
    mix.begin(this.#words[at] as number, this.#words[at + 1] as number);
  }

  /** Puts what was mixed in the place of what the row held before. */
  end(row: number, mix: WordMix): void {
    const at = row * WORDS + 2;
    const { high, low } = mix;
    this.#high = (this.#high - (this.#words[at] as number) + high) | 0;
    this.#low = (this.#low - (this.#words[at + 1] as number) + low) | 0;
    this.#words[at] = high;
    this.#words[at + 1] = low;
  }
}

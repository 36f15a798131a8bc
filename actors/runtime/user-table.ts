const WORDS = 4;
const ROWS_MIN = 256;
const PLACES_MIN = 1_024;

/**
 * Maps surrogates of 16 bytes to rows: open addressing over typed arrays, about 32 bytes a user. Surrogates are
 * random, so their first word is the hash.
 */
export class UserTable {
  #words = new Uint32Array(ROWS_MIN * WORDS);
  /** Row plus one by place; 0 where free. At most half full. */
  #places = new Uint32Array(PLACES_MIN);
  #rows = 0;

  /** The number of users. */
  get rows(): number {
    return this.#rows;
  }

  /** The row of the surrogate that starts at an offset; −1 where it is unknown. */
  find(bytes: Uint8Array, offset: number): number {
    const word0 = wordAt(bytes, offset);
    const word1 = wordAt(bytes, offset + 4);
    const word2 = wordAt(bytes, offset + 8);
    const word3 = wordAt(bytes, offset + 12);
    const words = this.#words;
    const places = this.#places;
    const mask = places.length - 1;
    for (let at = word0 & mask; ; at = (at + 1) & mask) {
      const row = (places[at] as number) - 1;
      if (row < 0) return -1;
      const base = row * WORDS;
      if (
        words[base] === word0 &&
        words[base + 1] === word1 &&
        words[base + 2] === word2 &&
        words[base + 3] === word3
      ) {
        return row;
      }
    }
  }

  /** Adds a surrogate, which must be unknown; returns its row. */
  add(bytes: Uint8Array, offset: number): number {
    const row = this.#rows++;
    if ((row + 1) * WORDS > this.#words.length) {
      this.#words = widened(this.#words, Math.ceil(this.#words.length * 1.25));
    }
    const base = row * WORDS;
    for (let word = 0; word < WORDS; word++) {
      this.#words[base + word] = wordAt(bytes, offset + word * 4);
    }
    if ((row + 1) * 2 > this.#places.length) this.#rehash();
    else enter(this.#places, this.#words, row);
    return row;
  }

  /** Copies the surrogates of the rows from `first` to before `end`, 16 bytes each, to `out[offset…]`. */
  copy(first: number, end: number, out: Uint8Array, offset: number): void {
    let at = offset;
    for (let word = first * WORDS; word < end * WORDS; word++) {
      const value = this.#words[word] as number;
      out[at++] = value;
      out[at++] = value >>> 8;
      out[at++] = value >>> 16;
      out[at++] = value >>> 24;
    }
  }

  #rehash(): void {
    const places = new Uint32Array(this.#places.length * 2);
    for (let row = 0; row < this.#rows; row++) enter(places, this.#words, row);
    this.#places = places;
  }
}

function enter(places: Uint32Array, words: Uint32Array, row: number): void {
  const mask = places.length - 1;
  let at = (words[row * WORDS] as number) & mask;
  while (places[at] !== 0) at = (at + 1) & mask;
  places[at] = row + 1;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24)) >>>
    0
  );
}

function widened(words: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(length);
  wider.set(words);
  return wider;
}

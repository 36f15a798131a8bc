const EMPTY = 0xffff_ffff;

/**
 * Maps surrogates (128 random bits) to dense rows in the order they are added: open addressing over typed arrays,
 * 24 to 40 bytes a user, for a Map of strings costs five times that at a million users.
 */
export class SurrogateIndex {
  #words = new Uint32Array(4 * 64);
  #slots = new Uint32Array(128).fill(EMPTY);
  #size = 0;

  /** Surrogates held; the next one added has this row. */
  get size(): number {
    return this.#size;
  }

  /** Makes room for so many surrogates at once. */
  reserve(size: number): void {
    if (size * 4 > this.#words.length) this.#growWords(size);
    let slots = this.#slots.length;
    while (size * 2 > slots) slots *= 2;
    if (slots > this.#slots.length) this.#growSlots(slots);
  }

  /** Adds the surrogate that starts at `offset`, which must not be held yet, and returns its row. */
  add(bytes: Uint8Array, offset: number): number {
    const row = this.#size;
    this.reserve(row + 1);
    for (let word = 0; word < 4; word += 1) {
      this.#words[row * 4 + word] = wordAt(bytes, offset + word * 4);
    }
    this.#size = row + 1;
    this.#place(row);
    return row;
  }

  /** The row of the surrogate that starts at `offset`; −1 where it is not held. */
  rowOf(bytes: Uint8Array, offset: number): number {
    const first = wordAt(bytes, offset);
    const mask = this.#slots.length - 1;
    for (let slot = first & mask; ; slot = (slot + 1) & mask) {
      const row = this.#slots[slot] ?? EMPTY;
      if (row === EMPTY) return -1;
      if (this.#words[row * 4] === first && this.#equals(row, bytes, offset)) return row;
    }
  }

  /** Copies the surrogate of a row to `out`. */
  read(row: number, out: Uint8Array, offset: number): void {
    for (let word = 0; word < 4; word += 1) {
      const value = this.#words[row * 4 + word] ?? 0;
      for (let byte = 0; byte < 4; byte += 1) {
        out[offset + word * 4 + byte] = (value >>> (8 * byte)) & 0xff;
      }
    }
  }

  #equals(row: number, bytes: Uint8Array, offset: number): boolean {
    for (let word = 1; word < 4; word += 1) {
      if (this.#words[row * 4 + word] !== wordAt(bytes, offset + word * 4)) return false;
    }
    return true;
  }

  #place(row: number): void {
    const mask = this.#slots.length - 1;
    // Surrogates are random, so their first word is its own hash.
    let slot = (this.#words[row * 4] ?? 0) & mask;
    while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    this.#slots[slot] = row;
  }

  #growWords(size: number): void {
    const words = new Uint32Array(4 * Math.ceil(size * 1.1 + 64));
    words.set(this.#words.subarray(0, this.#size * 4));
    this.#words = words;
  }

  #growSlots(slots: number): void {
    this.#slots = new Uint32Array(slots).fill(EMPTY);
    for (let row = 0; row < this.#size; row += 1) this.#place(row);
  }
}

function wordAt(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] ?? 0) |
      ((bytes[offset + 1] ?? 0) << 8) |
      ((bytes[offset + 2] ?? 0) << 16) |
      ((bytes[offset + 3] ?? 0) << 24)) >>>
    0
  );
}

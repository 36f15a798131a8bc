/** The distinct rows that a block touches, each with a slot. */
export class Touched {
  readonly #slots: Int32Array;
  #rows = new Uint32Array(1_024);
  #length = 0;

  constructor(tableRows: number) {
    this.#slots = new Int32Array(tableRows).fill(-1);
  }

  /** The slot of a row, a new one where the block has not met it. */
  slot(row: number): number {
    const known = this.#slots[row] as number;
    if (known >= 0) return known;
    if (this.#length === this.#rows.length) this.#grow();
    const slot = this.#length;
    this.#slots[row] = slot;
    this.#rows[slot] = row;
    this.#length += 1;
    return slot;
  }

  /** The rows by slot; a view, valid until the next slot. */
  get rows(): Uint32Array {
    return this.#rows.subarray(0, this.#length);
  }

  /** Forgets the block; costs what the block touched. */
  clear(): void {
    for (const row of this.rows) this.#slots[row] = -1;
    this.#length = 0;
  }

  #grow(): void {
    const rows = new Uint32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}

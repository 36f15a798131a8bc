/** Marks rows for the length of one question, at the cost of what is marked: nothing is cleared in between. */
export class RowMarks {
  #stamps = new Uint32Array(256);
  #stamp = 0;

  /** Forgets all marks and makes room for that many rows. */
  begin(rows: number): void {
    if (rows > this.#stamps.length) this.#stamps = new Uint32Array(rows * 2);
    this.#stamp = this.#stamp === 0xffff_ffff ? 0 : this.#stamp;
    if (this.#stamp === 0) this.#stamps.fill(0);
    this.#stamp++;
  }

  /** Marks a row. */
  mark(row: number): void {
    this.#stamps[row] = this.#stamp;
  }

  /** Marks many rows. */
  markAll(rows: Iterable<number>): void {
    for (const row of rows) this.#stamps[row] = this.#stamp;
  }

  /** Tells whether a row is marked. */
  has(row: number): boolean {
    return this.#stamps[row] === this.#stamp;
  }
}

const ROWS_FIRST = 4;

/** The item rows that each user has had, ascending: what a ranking leaves out where repeats are dropped. */
export class SeenRows {
  readonly #rows: Uint32Array[] = [];
  readonly #counts: number[] = [];

  /** A user's item rows, ascending; empty for one who is unknown. A view, valid until the next `add`. */
  of(userRow: number): Uint32Array {
    const rows = this.#rows[userRow];
    return rows === undefined ? new Uint32Array(0) : rows.subarray(0, this.#counts[userRow]);
  }

  /** Tells whether a user has had an item. */
  has(userRow: number, itemRow: number): boolean {
    const rows = this.of(userRow);
    return rows[lowerBound(rows, itemRow)] === itemRow;
  }

  /** Notes that a user has had an item; false where that was known. Users come in the order of their rows. */
  add(userRow: number, itemRow: number): boolean {
    while (this.#rows.length <= userRow) {
      this.#rows.push(new Uint32Array(ROWS_FIRST));
      this.#counts.push(0);
    }
    const count = this.#counts[userRow] as number;
    const at = lowerBound(this.of(userRow), itemRow);
    let rows = this.#rows[userRow] as Uint32Array;
    if (at < count && rows[at] === itemRow) return false;
    if (count === rows.length) {
      const wider = new Uint32Array(count * 2);
      wider.set(rows);
      this.#rows[userRow] = rows = wider;
    }
    rows.copyWithin(at + 1, at, count);
    rows[at] = itemRow;
    this.#counts[userRow] = count + 1;
    return true;
  }
}

/** The first index whose row is not below the one sought; rows ascend. */
function lowerBound(rows: Uint32Array, sought: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as number) < sought) low = middle + 1;
    else high = middle;
  }
  return low;
}

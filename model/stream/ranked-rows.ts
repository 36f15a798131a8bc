const ROWS_FIRST = 256;

/**
 * Rows in the order of their keys, highest first, ties to the lower row, kept sorted while keys rise: a raise costs two
 * binary searches and one move of the rows between.
 */
export class RankedRows {
  #keys = new Float64Array(ROWS_FIRST);
  #order = new Uint32Array(ROWS_FIRST);
  #rows = 0;
  readonly #least: number;

  /** Makes an empty order in which a new row's key is `least`, which none falls below. */
  constructor(least: number) {
    this.#least = least;
  }

  /** The number of rows. */
  get rows(): number {
    return this.#rows;
  }

  /** The row at a place, from 0 on. */
  at(place: number): number {
    return this.#order[place] as number;
  }

  /** A row's key. */
  key(row: number): number {
    return this.#keys[row] as number;
  }

  /** Adds rows with the least key until there are that many. */
  grow(rows: number): void {
    if (rows > this.#keys.length) {
      const keys = new Float64Array(rows * 2);
      const order = new Uint32Array(rows * 2);
      keys.set(this.#keys);
      order.set(this.#order);
      this.#keys = keys;
      this.#order = order;
    }
    for (let row = this.#rows; row < rows; row++) {
      this.#keys[row] = this.#least;
      this.#order[row] = row;
    }
    this.#rows = Math.max(this.#rows, rows);
  }

  /** Gives a row a key that is not below the one it has. */
  raise(row: number, key: number): void {
    if (!(key >= this.key(row))) {
      throw new RangeError(`key ${String(key)} of row ${String(row)} would fall`);
    }
    const from = this.#place(row, this.key(row));
    const to = this.#place(row, key);
    this.#order.copyWithin(to + 1, to, from);
    this.#order[to] = row;
    this.#keys[row] = key;
  }

  /** Replaces all rows by these keys' own. */
  fill(keys: Float64Array): void {
    this.#rows = 0;
    this.grow(keys.length);
    this.#keys.set(keys);
    const order = Uint32Array.from(keys.keys());
    this.#order.set(
      order.sort((left, right) => {
        const [one, other] = [keys[left] as number, keys[right] as number];
        return one === other ? left - right : one > other ? -1 : 1;
      }),
    );
  }

  /** The first place whose row does not stand before this row with this key. */
  #place(row: number, key: number): number {
    let low = 0;
    let high = this.#rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#order[middle] as number;
      const otherKey = this.#keys[other] as number;
      if (otherKey > key || (otherKey === key && other < row)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Up to this many items a scan is quicker than a table. */
const SCANNED_ITEMS_MAX = 24;

/** Spreads row numbers over a table's places (Fibonacci hashing). */
const SPREAD = 0x9e3779b1;

/**
 * Distinct item rows in the order of their first interaction, append only: the log that successive states of one user
 * share. Each state owns a prefix of it, so appending changes none of them.
 */
export class SeenLog {
  readonly rows: number[];
  /** Places of an open-addressing table: index in `rows` plus one, 0 where free. Built when first needed. */
  #places: Int32Array | undefined;

  /** Takes over an array of distinct rows; the caller gives it up. */
  constructor(rows: number[]) {
    this.rows = rows;
  }

  /** The index of a row, −1 where it is not in the log. */
  find(row: number): number {
    const { rows } = this;
    if (rows.length <= SCANNED_ITEMS_MAX) return rows.indexOf(row);
    const places = (this.#places ??= tableOf(rows, rows.length));
    const mask = places.length - 1;
    for (let at = placeOf(row, mask); ; at = (at + 1) & mask) {
      const index = (places[at] as number) - 1;
      if (index < 0 || rows[index] === row) return index;
    }
  }

  /** Appends a row that is not in the log. */
  append(row: number): void {
    const { rows } = this;
    rows.push(row);
    const places = this.#places;
    if (places === undefined) return;
    if (rows.length * 2 > places.length) this.#places = tableOf(rows, rows.length * 2);
    else enter(places, row, rows.length);
  }
}

function placeOf(row: number, mask: number): number {
  return (Math.imul(row, SPREAD) >>> 8) & mask;
}

function enter(places: Int32Array, row: number, indexPlusOne: number): void {
  const mask = places.length - 1;
  let at = placeOf(row, mask);
  while (places[at] !== 0) at = (at + 1) & mask;
  places[at] = indexPlusOne;
}

/** A table of the rows with room for `room` of them, half full at most. */
function tableOf(rows: readonly number[], room: number): Int32Array {
  let size = 64;
  while (size < room * 2) size *= 2;
  const places = new Int32Array(size);
  rows.forEach((row, index) => {
    enter(places, row, index + 1);
  });
  return places;
}

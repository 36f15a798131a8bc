/** Up to this many items a scan is quicker than a table. */
const SCANNED_ITEMS_MAX = 24;

/** Spreads row numbers over a table's places (Fibonacci hashing). */
const SPREAD = 0x9e3779b1;

/**
 * The append-only log that successive values of one user share. Each value owns a prefix of it, so appending changes
 * none of them.
 */
class SeenLog {
  readonly rows: number[];
  /** Places of an open-addressing table: index in `rows` plus one, 0 where free. Built when first needed. */
  #places: Int32Array | undefined;

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

/**
 * The distinct items of one user by row, in the order of their first interaction: a persistent value. Adding returns
 * another value and leaves this one as it was; the two share one growing log, so nothing is copied on the usual path.
 */
export class SeenItems {
  readonly count: number;
  readonly #log: SeenLog;

  private constructor(log: SeenLog, count: number) {
    this.#log = log;
    this.count = count;
  }

  /** Takes over an array of distinct rows, oldest first; the caller gives it up. */
  static of(rows: number[]): SeenItems {
    return new SeenItems(new SeenLog(rows), rows.length);
  }

  /** Tells whether an item was seen. */
  has(itemRow: number): boolean {
    const index = this.#log.find(itemRow);
    return index >= 0 && index < this.count;
  }

  /**
   * The value with one more item, which must not be in it. At `seenItemsMax` items the oldest quarter is forgotten
   * first, so that forgetting costs little an item.
   */
  adding(itemRow: number, seenItemsMax: number): SeenItems {
    const { rows } = this.#log;
    if (this.count >= seenItemsMax) {
      const kept = rows.slice(Math.max(1, Math.ceil(seenItemsMax / 4)), this.count);
      kept.push(itemRow);
      return SeenItems.of(kept);
    }
    // Where another value has gone on already, the log's end is not ours: this is the one case that copies.
    const log = rows.length === this.count ? this.#log : new SeenLog(rows.slice(0, this.count));
    log.append(itemRow);
    return new SeenItems(log, this.count + 1);
  }

  /** The item at an index, oldest first. */
  at(index: number): number {
    if (!(index >= 0 && index < this.count)) {
      throw new RangeError(`index ${String(index)} is not one of ${String(this.count)}`);
    }
    return this.#log.rows[index] as number;
  }

  /** The items, oldest first. */
  toArray(): number[] {
    return this.#log.rows.slice(0, this.count);
  }
}

/** The log is cut back to what counts when it has grown to this many times the bound. */
const LOG_GROWTH = 8;

/**
 * The items of a user's newest interactions, repeats included: a persistent value. As with {@link SeenItems}, values
 * share a log of which each owns a stretch, so that adding neither changes a value nor copies one on the usual path.
 */
export class RecentItems {
  readonly #log: number[];
  readonly #end: number;
  readonly count: number;

  private constructor(log: number[], end: number, count: number) {
    this.#log = log;
    this.#end = end;
    this.count = count;
  }

  /** Takes over an array of rows, oldest first; the caller gives it up. */
  static of(rows: number[]): RecentItems {
    return new RecentItems(rows, rows.length, rows.length);
  }

  /** The value with one more item as the newest; past `recentItemsMax` the oldest is left out. */
  adding(itemRow: number, recentItemsMax: number): RecentItems {
    const count = Math.min(this.count + 1, recentItemsMax);
    if (count === 0) return this;
    const log = this.#log;
    const end = this.#end;
    // Where another value has gone on already, or the log is mostly past, it is copied.
    if (log.length !== end || end >= recentItemsMax * LOG_GROWTH) {
      const kept = log.slice(end - count + 1, end);
      kept.push(itemRow);
      return RecentItems.of(kept);
    }
    log.push(itemRow);
    return new RecentItems(log, end + 1, count);
  }

  /** The item at an index, oldest first. */
  at(index: number): number {
    if (!(index >= 0 && index < this.count)) {
      throw new RangeError(`index ${String(index)} is not one of ${String(this.count)}`);
    }
    return this.#log[this.#end - this.count + index] as number;
  }

  /** The items, oldest first. */
  toArray(): number[] {
    return this.#log.slice(this.#end - this.count, this.#end);
  }
}

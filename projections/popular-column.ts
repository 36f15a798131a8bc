import { NO_POPULARITY } from '../model/popularity.ts';
import { DeltaPosition } from './delta-position.ts';

/** One partition's share of the popular items: its rows in their order, and the log-weight of each. */
export class PopularColumn {
  readonly position = new DeltaPosition();
  /** The item's number over all partitions, by row. */
  readonly numbers: number[] = [];
  #rows = new Int32Array(64).fill(-1);
  #logWeights = new Float64Array(64).fill(NO_POPULARITY);

  /** Adds a row for the item of this number. */
  add(number: number): void {
    const row = this.numbers.push(number) - 1;
    if (number >= this.#rows.length) {
      const rows = new Int32Array(Math.ceil(number * 1.25) + 64).fill(-1);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    this.#rows[number] = row;
    if (row >= this.#logWeights.length) {
      const logWeights = new Float64Array(Math.ceil(row * 1.25) + 64).fill(NO_POPULARITY);
      logWeights.set(this.#logWeights);
      this.#logWeights = logWeights;
    }
  }

  /** Sets the log-weight of a row; false where it had it already. */
  set(row: number, logWeight: number): boolean {
    if (this.#logWeights[row] === logWeight) return false;
    this.#logWeights[row] = logWeight;
    return true;
  }

  /** The row of an item; −1 where this partition has none. */
  rowOf(number: number): number {
    return this.#rows[number] ?? -1;
  }

  /** The log-weight of an item in this partition. */
  logWeight(number: number): number {
    const row = this.rowOf(number);
    return row < 0 ? NO_POPULARITY : (this.#logWeights[row] ?? NO_POPULARITY);
  }
}

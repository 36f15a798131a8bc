import { ORIGIN } from '../events/position.ts';
import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';
import { NO_POPULARITY, mergePopularity, popularityAt } from '../model/popularity.ts';
import { DeltaPosition } from './delta-position.ts';
import { RankedList } from './ranked-list.ts';

/** One partition's share: its rows, and the log-weight of each. */
interface Column {
  readonly position: DeltaPosition;
  /** Row → number of the item over all partitions. */
  numbers: number[];
  /** Number of the item → row; −1 where this partition has none. */
  rows: Int32Array;
  logWeights: Float64Array;
}

/** A popular item and its forward-decayed weight, as a share of the most popular item's: the same at every time. */
export interface PopularItem {
  readonly id: string;
  readonly share: number;
}

/**
 * Popular items: the sum over partitions of forward-decayed weights, kept up by the rows that deltas touch. A fold of
 * every partition's deltas, with a position each.
 */
export class PopularProjection {
  readonly #columns: readonly Column[];
  readonly #numberOf = new Map<string, number>();
  readonly #ids: string[] = [];
  /** Log of the weight summed over partitions, by item number; −Infinity where nobody took it. */
  #summed = new Float64Array(64).fill(NO_POPULARITY);
  #mask = new Uint8Array(64);
  readonly #ranked: RankedList;

  constructor(partitions: number, itemsMax: number) {
    this.#columns = Array.from({ length: partitions }, newColumn);
    this.#ranked = new RankedList(itemsMax, (a, b) => this.#appearedBefore(a, b));
  }

  /** The last sequence held of a partition. */
  position(partition: number): Sequence {
    return this.#columns[partition]?.position.sequence ?? ORIGIN;
  }

  /** Throws where the delta does not continue its partition's share. */
  check(delta: ModelDelta): void {
    this.#column(delta.partition).position.check(delta);
  }

  /** Folds a delta that starts where its partition's share stands, or a whole one. */
  apply(delta: ModelDelta): void {
    const column = this.#column(delta.partition);
    column.position.check(delta);
    if (delta.whole) this.#clear(column);
    for (const id of delta.newItems) this.#addRow(column, id);
    for (let at = 0; at < delta.itemRows.length; at += 1) {
      const row = delta.itemRows[at] ?? 0;
      const logWeight = delta.itemPopularity[at] ?? NO_POPULARITY;
      if (column.logWeights[row] === logWeight) continue;
      column.logWeights[row] = logWeight;
      this.#sum(column.numbers[row] ?? 0);
    }
    column.position.advance(delta);
  }

  /**
   * The n most popular items, ties by first appearance; leaves out the ids that are listed, and the listed rows of
   * `partition`. Items that nobody took a positive interest in are not popular.
   */
  top(
    n: number,
    excludedIds: Iterable<string> = [],
    partition = 0,
    excludedRows: Uint32Array = NOTHING,
  ): readonly PopularItem[] {
    const column = this.#column(partition);
    this.#mark(column, excludedRows, 1);
    this.#markIds(excludedIds, 1);
    this.#ranked.reset(n);
    const most = this.#rank();
    this.#mark(column, excludedRows, 0);
    this.#markIds(excludedIds, 0);
    return this.#listed(most);
  }

  /** Forgets a partition's share. */
  drop(partition: number): void {
    const column = this.#column(partition);
    this.#clear(column);
    column.position.drop();
  }

  /** Ranks all items that are not masked, and returns the greatest log-weight of all. */
  #rank(): number {
    const summed = this.#summed;
    const ranked = this.#ranked;
    let most = NO_POPULARITY;
    let threshold = ranked.threshold;
    for (let number = 0; number < this.#ids.length; number += 1) {
      const logWeight = summed[number] ?? NO_POPULARITY;
      if (logWeight > most) most = logWeight;
      if (logWeight < threshold || logWeight === NO_POPULARITY) continue;
      if (this.#mask[number] === 1) continue;
      ranked.offer(number, logWeight);
      threshold = ranked.threshold;
    }
    return most;
  }

  #listed(most: number): readonly PopularItem[] {
    const items: PopularItem[] = [];
    for (let at = 0; at < this.#ranked.length; at += 1) {
      const id = this.#ids[this.#ranked.keys[at] ?? 0] ?? '';
      const logWeight = this.#ranked.scores[at] ?? 0;
      items.push({ id, share: popularityAt(logWeight - most, 0, 1) });
    }
    return items;
  }

  #mark(column: Column, rows: Uint32Array, value: 0 | 1): void {
    for (const row of rows) this.#mask[column.numbers[row] ?? 0] = value;
  }

  #markIds(ids: Iterable<string>, value: 0 | 1): void {
    for (const id of ids) {
      const number = this.#numberOf.get(id);
      if (number !== undefined) this.#mask[number] = value;
    }
  }

  #addRow(column: Column, id: string): void {
    let number = this.#numberOf.get(id);
    if (number === undefined) {
      number = this.#ids.length;
      this.#ids.push(id);
      this.#numberOf.set(id, number);
      if (number >= this.#summed.length) this.#grow();
    }
    const row = column.numbers.length;
    column.numbers.push(number);
    if (number >= column.rows.length) {
      const rows = new Int32Array(this.#summed.length).fill(-1);
      rows.set(column.rows);
      column.rows = rows;
    }
    column.rows[number] = row;
    if (row >= column.logWeights.length) {
      const logWeights = new Float64Array(Math.ceil(row * 1.25) + 64).fill(NO_POPULARITY);
      logWeights.set(column.logWeights);
      column.logWeights = logWeights;
    }
  }

  /** Sums an item's weights over partitions in the log, in partition order so that it is the same every time. */
  #sum(number: number): void {
    let sum = NO_POPULARITY;
    for (const column of this.#columns) sum = mergePopularity(sum, logWeightOf(column, number));
    this.#summed[number] = sum;
  }

  #clear(column: Column): void {
    const numbers = column.numbers;
    column.numbers = [];
    column.rows = new Int32Array(0);
    column.logWeights = new Float64Array(64).fill(NO_POPULARITY);
    for (const number of numbers) this.#sum(number);
  }

  /** At equal weights the item comes first that appeared in an earlier partition, then in an earlier row. */
  #appearedBefore(a: number, b: number): boolean {
    for (const column of this.#columns) {
      const rowA = column.rows[a] ?? -1;
      const rowB = column.rows[b] ?? -1;
      if (rowA >= 0 || rowB >= 0) return rowB < 0 || (rowA >= 0 && rowA < rowB);
    }
    return a < b;
  }

  #grow(): void {
    const summed = new Float64Array(Math.ceil(this.#summed.length * 1.5)).fill(NO_POPULARITY);
    summed.set(this.#summed);
    this.#summed = summed;
    this.#mask = new Uint8Array(summed.length);
  }

  #column(partition: number): Column {
    const column = this.#columns[partition];
    if (column === undefined) throw new RangeError(`no partition ${partition}`);
    return column;
  }
}

const NOTHING = new Uint32Array(0);

function newColumn(): Column {
  return {
    position: new DeltaPosition(),
    numbers: [],
    rows: new Int32Array(0),
    logWeights: new Float64Array(64).fill(NO_POPULARITY),
  };
}

function logWeightOf(column: Column, number: number): number {
  const row = column.rows[number] ?? -1;
  return row < 0 ? NO_POPULARITY : (column.logWeights[row] ?? NO_POPULARITY);
}

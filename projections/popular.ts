import { ORIGIN } from '../events/position.ts';
import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';
import { NO_POPULARITY, mergePopularity, popularityAt } from '../model/popularity.ts';
import { PopularColumn } from './popular-column.ts';
import { RankedList } from './ranked-list.ts';
import type { RuleView } from './rules/rule-book.ts';
import { atOnce, inRuns } from './steps.ts';
import type { Steps } from './steps.ts';

/** Items that one step folds. */
const STEP_ITEMS_MAX = 4096;

const NOTHING = new Uint32Array(0);

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
  readonly #columns: PopularColumn[];
  readonly #numberOf = new Map<string, number>();
  readonly #ids: string[] = [];
  /** Log of the weight summed over partitions, by item number; −Infinity where nobody took it. */
  #summed = new Float64Array(64).fill(NO_POPULARITY);
  #mask = new Uint8Array(64);
  readonly #ranked: RankedList;

  constructor(partitions: number, itemsMax: number) {
    this.#columns = Array.from({ length: partitions }, () => new PopularColumn());
    this.#ranked = new RankedList(itemsMax, (a, b) => this.#appearedBefore(a, b));
  }

  /** The last sequence held of a partition. */
  position(partition: number): Sequence {
    return this.#columns[partition]?.position.sequence ?? ORIGIN;
  }

  /** The ids of all items that a partition ever had, in an order that stays: the list only grows. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** Where an id stands in {@link ids}; undefined where it never came. */
  placeOf(id: string): number | undefined {
    return this.#numberOf.get(id);
  }

  /** Throws where the delta does not continue its partition's share. */
  check(delta: ModelDelta): void {
    this.#column(delta.partition).position.check(delta);
  }

  /** Folds a delta that starts where its partition's share stands, or a whole one. */
  apply(delta: ModelDelta): void {
    this.check(delta);
    if (delta.whole) {
      this.replace(delta.partition, atOnce(this.columnOf(delta)));
      return;
    }
    const column = this.#column(delta.partition);
    for (const id of delta.newItems) column.add(this.#numberFor(id));
    for (let at = 0; at < delta.itemRows.length; at += 1) {
      const row = delta.itemRows[at] ?? 0;
      const isChanged = column.set(row, delta.itemPopularity[at] ?? NO_POPULARITY);
      if (isChanged) this.#sum(column.numbers[row] ?? 0);
    }
    column.position.advance(delta);
  }

  /** Makes a partition's share from a whole delta, in steps; it counts from {@link replace} on. */
  *columnOf(whole: ModelDelta): Steps<PopularColumn> {
    const { newItems, itemRows, itemPopularity } = whole;
    const column = new PopularColumn();
    yield* inRuns(newItems.length, STEP_ITEMS_MAX, (from, to) => {
      for (let at = from; at < to; at += 1) column.add(this.#numberFor(newItems[at] ?? ''));
    });
    yield* inRuns(itemRows.length, STEP_ITEMS_MAX, (from, to) => {
      for (let at = from; at < to; at += 1) {
        column.set(itemRows[at] ?? 0, itemPopularity[at] ?? NO_POPULARITY);
      }
    });
    column.position.advance(whole);
    return column;
  }

  /** Puts a share in the place of a partition's old one. */
  replace(partition: number, column: PopularColumn): void {
    const before = this.#column(partition);
    this.#columns[partition] = column;
    for (const number of before.numbers) this.#sum(number);
    for (const number of column.numbers) this.#sum(number);
  }

  /**
   * The n most popular items, ties by first appearance; leaves out the ids that are listed, and the listed rows of
   * `partition`, and obeys rules over {@link ids}. Items that nobody took a positive interest in are not popular.
   */
  top(
    n: number,
    excludedIds: Iterable<string> = [],
    partition = 0,
    excludedRows: Uint32Array = NOTHING,
    rules?: RuleView,
  ): readonly PopularItem[] {
    const column = this.#column(partition);
    this.#mark(column, excludedRows, 1);
    this.#markIds(excludedIds, 1);
    this.#ranked.reset(n);
    const most = rules === undefined ? this.#rank() : this.#rankBy(rules);
    this.#mark(column, excludedRows, 0);
    this.#markIds(excludedIds, 0);
    return this.#listed(most);
  }

  /** Forgets a partition's share. */
  drop(partition: number): void {
    this.replace(partition, new PopularColumn());
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

  /** Ranks as {@link #rank} does, what rules allow and by the weights that they change. */
  #rankBy({ leftOut, factors }: RuleView): number {
    const ranked = this.#ranked;
    let most = NO_POPULARITY;
    for (let number = 0; number < this.#ids.length; number += 1) {
      const logWeight = this.#summed[number] ?? NO_POPULARITY;
      if (logWeight > most) most = logWeight;
      if (logWeight === NO_POPULARITY || this.#mask[number] === 1 || leftOut?.[number] === 1)
        continue;
      ranked.offer(
        number,
        logWeight + (factors === undefined ? 0 : Math.log2(factors[number] ?? 1)),
      );
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

  #mark(column: PopularColumn, rows: Uint32Array, value: 0 | 1): void {
    for (const row of rows) this.#mask[column.numbers[row] ?? 0] = value;
  }

  #markIds(ids: Iterable<string>, value: 0 | 1): void {
    for (const id of ids) {
      const number = this.#numberOf.get(id);
      if (number !== undefined) this.#mask[number] = value;
    }
  }

  #numberFor(id: string): number {
    const known = this.#numberOf.get(id);
    if (known !== undefined) return known;
    const number = this.#ids.push(id) - 1;
    this.#numberOf.set(id, number);
    if (number >= this.#summed.length) this.#grow();
    return number;
  }

  /** Sums an item's weights over partitions in the log, in partition order so that it is the same every time. */
  #sum(number: number): void {
    let sum = NO_POPULARITY;
    for (const column of this.#columns) sum = mergePopularity(sum, column.logWeight(number));
    this.#summed[number] = sum;
  }

  /** At equal weights the item comes first that appeared in an earlier partition, then in an earlier row. */
  #appearedBefore(a: number, b: number): boolean {
    for (const column of this.#columns) {
      const rowA = column.rowOf(a);
      const rowB = column.rowOf(b);
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

  #column(partition: number): PopularColumn {
    const column = this.#columns[partition];
    if (column === undefined) throw new RangeError(`no partition ${partition}`);
    return column;
  }
}

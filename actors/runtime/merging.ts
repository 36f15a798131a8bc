import { RepriseError } from '../../events/error.ts';
import { seedOf } from '../../events/seed.ts';
import type { ContentPrior } from '../../model/content-prior.ts';
import type { Contribution, Merge } from '../../model/merge.ts';
import type { MemoryChange } from '../../model/memory-merge.ts';
import type { LearnedModel } from '../../model/learned-model.ts';
import { inRuns, type Steps } from '../../model/steps.ts';
import type { VersionDefinition } from './definition.ts';
import type { ItemTable } from './item-table.ts';
import type { ItemTouches } from './item-touches.ts';
import { MergedRows } from './merged-rows.ts';

const ROWS_A_RUN = 1_024;

/** The parts of a partition's state that barriers work on. */
export interface Merged {
  readonly definition: VersionDefinition;
  readonly partition: number;
  readonly model: LearnedModel;
  readonly items: ItemTable;
  readonly touches: ItemTouches;
  readonly prior: ContentPrior;
}

/** Rows of the item table that differ from those of the last barrier, with what these were. */
export interface ChangedRows {
  readonly rows: Uint32Array;
  /** `rows.length` times `width` floats. */
  readonly base: Float32Array;
}

/**
 * Keeps a partition's item rows together with those of the others: beside the rows as they are it holds them as they
 * were right after the last barrier, which is the last merge and what the partition added to it. At a barrier k the
 * merge of k − 1 takes the place of that, what was added since stays on top, and is what the partition contributes to
 * the merge of k.
 */
export class Merging {
  /** Floats of a row: all that the learner shares of an item. */
  readonly width: number;
  readonly #of: Merged;
  readonly #live: MergedRows;
  readonly #base: MergedRows;
  readonly #first: number;
  readonly #row: Float32Array;
  readonly #rowBits: Uint32Array;
  readonly #other: Float32Array;
  readonly #otherBits: Uint32Array;
  #barrier = 0;
  #contribution: Contribution | undefined;

  constructor(of: Merged) {
    this.#of = of;
    this.#live = new MergedRows(of.model.sharedTables);
    this.#base = this.#live.alike();
    this.width = this.#live.width;
    this.#first = of.definition.firstBarrier ?? 1;
    this.#row = new Float32Array(this.width);
    this.#rowBits = new Uint32Array(this.#row.buffer);
    this.#other = new Float32Array(this.width);
    this.#otherBits = new Uint32Array(this.#other.buffer);
  }

  /** The last barrier passed; 0 before the first. */
  get barrier(): number {
    return this.#barrier;
  }

  /** What was contributed to the last barrier; undefined where the version does not merge yet. */
  get contribution(): Contribution | undefined {
    return this.#contribution;
  }

  /** The barrier whose merge takes effect at this one; undefined where none does. */
  needs(barrier: number): number | undefined {
    return barrier > this.#first ? barrier - 1 : undefined;
  }

  /** Notes an item that was added to the model, with the seeds of its row, which may have been started elsewhere. */
  added(seed0: number, seed1: number, row: number): void {
    this.#base.add(seed0, seed1, this.#of.model.settings.initDeviation);
    if (row >= this.#of.model.items.rows) return;
    this.#live.read(row, this.#row);
    this.#base.write(row, this.#row, 0);
  }

  /** Passes a barrier, with the merge that it {@link needs}; returns what the partition contributes to it. */
  *pass(barrier: number, before: Merge | undefined): Steps<Contribution | undefined> {
    if (barrier < this.#first) {
      this.#barrier = barrier;
      return undefined;
    }
    this.#check(barrier, before);
    const { definition, partition, items, touches } = this.#of;
    const changed = yield* this.#changed(touches.takeForBarrier());
    const change = yield* this.#changes(changed);
    if (before !== undefined) yield* this.#take(before, changed);
    yield* this.#addTo(changed, change);
    const memory = yield* this.#passMemory(before);
    const contribution = {
      version: definition.version,
      partition,
      barrier,
      width: this.width,
      items: Array.from(changed.rows, (row) => items.id(row)),
      base: changed.base,
      change,
      ...(memory && { memory }),
    };
    this.#barrier = barrier;
    this.#contribution = contribution;
    return contribution;
  }

  /** The rows that differ from those right after the last barrier. */
  changedRows(): Steps<ChangedRows> {
    const { rows } = this.#of.items;
    return this.#changed(Uint32Array.from({ length: rows }, (_, row) => row));
  }

  /** Goes on from a checkpoint whose item rows are in the model: `changed` are those that were changed since. */
  *restore(
    barrier: number,
    changed: ChangedRows,
    contribution: Contribution | undefined,
  ): Steps<void> {
    const count = this.#of.model.items.rows;
    this.#base.addRows(count);
    yield* inRuns(count, ROWS_A_RUN, (first, end) => {
      this.#base.copy(this.#live, first, end);
    });
    changed.rows.forEach((row, index) => {
      this.#base.write(row, changed.base, index * this.width);
    });
    this.#of.touches.mark(changed.rows);
    this.#barrier = barrier;
    this.#contribution = contribution;
  }

  *#passMemory(before: Merge | undefined): Steps<MemoryChange | undefined> {
    const { model, partition, items } = this.#of;
    const sharing = model.memory?.sharing;
    if (sharing === undefined) return undefined;
    return yield* sharing.pass(before?.memory, partition, {
      id: (row) => items.id(row),
      row: (id) => this.#rowOf(id),
    });
  }

  #check(barrier: number, before: Merge | undefined): void {
    const isNext = barrier === this.#barrier + 1 || barrier === this.#first;
    if (!isNext) {
      throw new RepriseError(
        'DAMAGED',
        `barrier ${String(barrier)} comes after ${String(this.#barrier)}: restore the journal from a backup`,
      );
    }
    const needed = this.needs(barrier);
    if (needed === undefined && before === undefined) return;
    const { version } = this.#of.definition;
    const isOurs = before?.version === version && before.width === this.width;
    if (!isOurs || before.barrier !== needed) {
      throw new RangeError(`barrier ${String(barrier)} takes the merge of the one before`);
    }
  }

  /** Those of the rows, ascending, whose bits differ from the last barrier's. */
  *#changed(candidates: Uint32Array): Steps<ChangedRows> {
    const rows = new Uint32Array(candidates.length);
    const base = new Float32Array(candidates.length * this.width);
    let count = 0;
    yield* inRuns(candidates.length, ROWS_A_RUN, (first, end) => {
      for (const row of candidates.subarray(first, end)) {
        this.#live.read(row, this.#row);
        this.#base.read(row, this.#other);
        if (this.#isSame()) continue;
        base.set(this.#other, count * this.width);
        rows[count++] = row;
      }
    });
    return { rows: rows.slice(0, count), base: base.slice(0, count * this.width) };
  }

  *#changes({ rows, base }: ChangedRows): Steps<Float32Array> {
    const change = new Float32Array(base.length);
    yield* inRuns(rows.length, ROWS_A_RUN, (first, end) => {
      for (let index = first; index < end; index++) {
        this.#live.read(rows[index] as number, this.#row);
        const at = index * this.width;
        for (let column = 0; column < this.width; column++) {
          change[at + column] = (this.#row[column] as number) - (base[at + column] as number);
        }
      }
    });
    return change;
  }

  /** Puts a merge's rows in the place of the last barrier's; those that are changed get the change back later. */
  *#take({ items, rows }: Merge, changed: ChangedRows): Steps<void> {
    const places = new Map<number, number>();
    changed.rows.forEach((row, index) => places.set(row, index));
    yield* inRuns(items.length, ROWS_A_RUN, (first, end) => {
      for (let index = first; index < end; index++) {
        const row = this.#rowOf(items[index] as string);
        const from = index * this.width;
        const place = places.get(row);
        if (place !== undefined) {
          changed.base.set(rows.subarray(from, from + this.width), place * this.width);
          continue;
        }
        this.#base.read(row, this.#row);
        this.#other.set(rows.subarray(from, from + this.width));
        if (this.#isSame()) continue;
        this.#base.write(row, this.#other, 0);
        this.#live.write(row, this.#other, 0);
      }
    });
  }

  /** Adds the changes to the rows of the merge: this is what the rows are right after the barrier. */
  *#addTo({ rows, base }: ChangedRows, change: Float32Array): Steps<void> {
    yield* inRuns(rows.length, ROWS_A_RUN, (first, end) => {
      for (let index = first; index < end; index++) {
        const row = rows[index] as number;
        const at = index * this.width;
        for (let column = 0; column < this.width; column++) {
          this.#other[column] = (base[at + column] as number) + (change[at + column] as number);
        }
        this.#base.write(row, this.#other, 0);
        this.#live.read(row, this.#row);
        if (!this.#isSame()) this.#live.write(row, this.#other, 0);
      }
    });
  }

  /** The row of an item, added where other partitions alone have met it. */
  #rowOf(id: string): number {
    const { items, model, prior } = this.#of;
    const known = items.find(id);
    if (known >= 0) return known;
    const { seed0, seed1 } = seedOf(id);
    model.addItem(seed0, seed1);
    model.settle();
    const row = items.add(id);
    this.added(seed0, seed1, row);
    prior.admit(id, row);
    return row;
  }

  #isSame(): boolean {
    for (let at = 0; at < this.width; at++) {
      if (this.#rowBits[at] !== this.#otherBits[at]) return false;
    }
    return true;
  }
}

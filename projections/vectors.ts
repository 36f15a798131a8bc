import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';
import { FactorTable } from '../model/factor-table.ts';
import type { Kernel } from '../model/kernel/kernel.ts';
import { DeltaPosition } from './delta-position.ts';
import type { LoadedIndexPartition } from './index-release.ts';
import { ReleaseOverlay } from './release-overlay.ts';
import { RowChanges } from './row-changes.ts';
import { RowScores } from './row-scores.ts';
import { inRuns } from './steps.ts';
import type { Steps } from './steps.ts';

/** Items that one step folds or measures. */
const STEP_ROWS_MAX = 1024;

/**
 * The item vectors of one partition in a kernel of their own, for exact scans, with the overlay over the index release
 * that is in use. A fold of deltas; a state is dropped by making another, for a kernel's memory is freed as a whole.
 */
export class VectorsProjection {
  readonly dimensions: number;
  readonly table: FactorTable;
  /** Scores single rows of the table. */
  readonly scores: RowScores;
  /** The rows that changed last. */
  readonly changes = new RowChanges();
  readonly #position = new DeltaPosition();
  readonly #ids: string[] = [];
  readonly #rowOf = new Map<string, number>();
  readonly #vector: Float32Array;
  #norms = new Float32Array(64);
  #isNormStale = new Uint8Array(64);
  #overlay: ReleaseOverlay | undefined;
  /** The overlay that is being made: it already takes note of every delta. */
  #nextOverlay: ReleaseOverlay | undefined;

  constructor(kernel: Kernel, dimensions: number) {
    this.dimensions = dimensions;
    this.table = new FactorTable(kernel, { dimensions, extra: 1, codes: true });
    this.scores = new RowScores(this.table);
    this.#vector = new Float32Array(dimensions);
  }

  /** The last sequence that this projection holds. */
  get position(): Sequence {
    return this.#position.sequence;
  }

  /** The number of items. */
  get rows(): number {
    return this.#ids.length;
  }

  /** Item ids in row order. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** The overlay over the release in use; undefined without one. */
  get overlay(): ReleaseOverlay | undefined {
    return this.#overlay;
  }

  /** The row of an item; undefined where no event named it. */
  rowOf(id: string): number | undefined {
    return this.#rowOf.get(id);
  }

  /** The id of a row. */
  id(row: number): string {
    const id = this.#ids[row];
    if (id === undefined) throw new RangeError(`no item row ${row}`);
    return id;
  }

  /** Throws where the delta does not continue this projection. */
  check(delta: ModelDelta): void {
    this.#position.check(delta);
    if (delta.itemRowsBefore !== this.rows || delta.dimensions !== this.dimensions) {
      throw new RangeError(
        `a delta over ${delta.itemRowsBefore} items of ${delta.dimensions} does not fit ${this.rows} of ${this.dimensions}`,
      );
    }
  }

  /**
   * Folds a delta that starts where this projection stands, a whole one only where it is still empty; nobody may read
   * between the steps.
   */
  *fold(delta: ModelDelta): Steps {
    this.check(delta);
    yield* inRuns(delta.newItems.length, STEP_ROWS_MAX, (from, to) => {
      for (let at = from; at < to; at += 1) this.#addRow(delta.newItems[at] ?? '');
    });
    yield* inRuns(delta.itemRows.length, STEP_ROWS_MAX, (from, to) => {
      this.#writeRows(delta, from, to);
    });
    this.#position.advance(delta);
  }

  /**
   * Stands an index release under the exact vectors, or takes it away; rows new or drifted make the overlay. Answers
   * and deltas may come between the steps: the overlay is used from the last one on, and knows of all deltas.
   */
  *useRelease(
    release: string,
    released: LoadedIndexPartition | undefined,
    driftShareMax: number,
  ): Steps {
    this.#nextOverlay = undefined;
    if (released === undefined) {
      this.#overlay = undefined;
      return;
    }
    const overlay = new ReleaseOverlay(release, released, this.dimensions, driftShareMax);
    yield* overlay.readIds(STEP_ROWS_MAX);
    this.#nextOverlay = overlay;
    for (let row = 0; row < this.rows; row += 1) {
      overlay.place(row, this.id(row));
      this.table.read(row, this.#vector, 0);
      overlay.measure(row, this.#vector, 0, this.table.bias(row));
      if (row % STEP_ROWS_MAX === STEP_ROWS_MAX - 1) yield;
      // A later release may have been asked for meanwhile.
      if (this.#nextOverlay !== overlay) return;
    }
    overlay.forgetIds();
    this.#overlay = overlay;
    this.#nextOverlay = undefined;
  }

  /** Euclidean length of a row's vector, without the bias. */
  norm(row: number): number {
    if (this.#isNormStale[row] === 1) {
      this.table.read(row, this.#vector, 0);
      let sum = 0;
      for (const value of this.#vector) sum += value * value;
      this.#norms[row] = Math.sqrt(sum);
      this.#isNormStale[row] = 0;
    }
    return this.#norms[row] ?? 0;
  }

  #writeRows(delta: ModelDelta, from: number, to: number): void {
    const d = this.dimensions;
    const { itemRows, itemVectors, itemBias } = delta;
    this.table.writeListed(itemRows, itemVectors, itemBias, from, to);
    for (let at = from; at < to; at += 1) {
      const row = itemRows[at] ?? 0;
      this.changes.add(row);
      this.#isNormStale[row] = 1;
      this.#overlay?.measure(row, itemVectors, at * d, itemBias[at] ?? 0);
      this.#nextOverlay?.measure(row, itemVectors, at * d, itemBias[at] ?? 0);
    }
  }

  #addRow(id: string): void {
    const row = this.table.addZero();
    this.changes.add(row);
    this.#ids.push(id);
    this.#rowOf.set(id, row);
    this.#overlay?.place(row, id);
    this.#nextOverlay?.place(row, id);
    if (row < this.#norms.length) return;
    const norms = new Float32Array(Math.ceil(row * 1.25) + 64);
    const isNormStale = new Uint8Array(norms.length);
    norms.set(this.#norms);
    isNormStale.set(this.#isNormStale);
    this.#norms = norms;
    this.#isNormStale = isNormStale;
  }
}

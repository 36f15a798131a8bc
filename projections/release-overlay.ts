import type { LoadedIndexPartition } from './index-release.ts';
import { inRuns } from './steps.ts';
import type { Steps } from './steps.ts';

/**
 * What an index release knows of one partition, against today's vectors: which row each label is, and the overlay of
 * rows that are new since the release or drifted past a bound, which answers scan exactly.
 */
export class ReleaseOverlay {
  readonly release: string;
  readonly #released: LoadedIndexPartition;
  readonly #dimensions: number;
  readonly #driftShareMax: number;
  readonly #labelRows: Int32Array;
  #rowLabels: Int32Array;
  #isInOverlay: Uint8Array;
  #overlay = new Uint32Array(64);
  #count = 0;
  /** Label by item id; only while rows are being placed. */
  readonly #labelOf = new Map<string, number>();

  constructor(
    release: string,
    released: LoadedIndexPartition,
    dimensions: number,
    driftShareMax: number,
  ) {
    this.release = release;
    this.#released = released;
    this.#dimensions = dimensions;
    this.#driftShareMax = driftShareMax;
    this.#labelRows = new Int32Array(released.ids.length).fill(-1);
    this.#rowLabels = new Int32Array(released.ids.length).fill(-1);
    this.#isInOverlay = new Uint8Array(released.ids.length);
  }

  /** Items of the release. */
  get labels(): number {
    return this.#labelRows.length;
  }

  /** Rows in the overlay. */
  get count(): number {
    return this.#count;
  }

  /** The rows of the overlay, in the order in which they came: a view that the next change makes stale. */
  get rows(): Uint32Array {
    return this.#overlay.subarray(0, this.#count);
  }

  /** Reads the release's ids, in steps, so that rows can be placed by them. */
  *readIds(stepRowsMax: number): Steps {
    const { ids } = this.#released;
    yield* inRuns(ids.length, stepRowsMax, (from, to) => {
      for (let label = from; label < to; label += 1) this.#labelOf.set(ids[label] ?? '', label);
    });
  }

  /** Lets the ids go: rows that come from now on are new since the release. */
  forgetIds(): void {
    this.#labelOf.clear();
  }

  /** Ties a row to its label in the release, or puts it into the overlay where the release has no such item. */
  place(row: number, id: string): void {
    if (row >= this.#rowLabels.length) this.#grow(row);
    const label = this.#labelOf.get(id);
    if (label === undefined) {
      this.#add(row);
    } else {
      this.#labelRows[label] = row;
      this.#rowLabels[row] = label;
    }
  }

  /** Puts a row into the overlay where its vector, from `offset` on, has drifted past the bound. */
  measure(row: number, vectors: Float32Array, offset: number, bias: number): void {
    if (this.#isInOverlay[row] === 1) return;
    const label = this.#rowLabels[row] ?? -1;
    if (label < 0) return;
    const d = this.#dimensions;
    const { rows } = this.#released;
    const from = label * (d + 1);
    let moved = (bias - (rows[from + d] ?? 0)) ** 2;
    let length = (rows[from + d] ?? 0) ** 2;
    for (let at = 0; at < d; at += 1) {
      const then = rows[from + at] ?? 0;
      const move = (vectors[offset + at] ?? 0) - then;
      moved += move * move;
      length += then * then;
    }
    if (moved > length * this.#driftShareMax ** 2) this.#add(row);
  }

  /** The row of a label that has not drifted; −1 where it is in the overlay, or not known to this state yet. */
  candidate(label: number): number {
    const row = this.#labelRows[label] ?? -1;
    return row >= 0 && this.#isInOverlay[row] === 1 ? -1 : row;
  }

  #add(row: number): void {
    if (this.#isInOverlay[row] === 1) return;
    if (this.#count === this.#overlay.length) {
      const overlay = new Uint32Array(this.#count * 2);
      overlay.set(this.#overlay);
      this.#overlay = overlay;
    }
    this.#isInOverlay[row] = 1;
    this.#overlay[this.#count] = row;
    this.#count += 1;
  }

  #grow(row: number): void {
    const size = Math.ceil((row + 1) * 1.25) + 64;
    const rowLabels = new Int32Array(size).fill(-1);
    const isInOverlay = new Uint8Array(size);
    rowLabels.set(this.#rowLabels);
    isInOverlay.set(this.#isInOverlay);
    this.#rowLabels = rowLabels;
    this.#isInOverlay = isInOverlay;
  }
}

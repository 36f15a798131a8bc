import type { Kernel, Pointer } from './kernel/kernel.ts';

/** Rows that one call of the kernel copies. */
const ROWS_A_CALL = 256;

/** Copies rows of a table that a list names, many a call, by way of a stretch of the kernel's memory. */
export class ListedRows {
  readonly #kernel: Kernel;
  readonly #table: Pointer;
  readonly #dimensions: number;
  /** Numbers of rows, then their biases, then their vectors; 0 until first used. */
  #scratch: Pointer = 0;

  constructor(kernel: Kernel, table: Pointer, dimensions: number) {
    this.#kernel = kernel;
    this.#table = table;
    this.#dimensions = dimensions;
  }

  /** Copies the vectors of the rows to `out`, one after the other. */
  read(rows: Uint32Array, out: Float32Array): void {
    const { functions } = this.#kernel;
    const d = this.#dimensions;
    const listed = this.#place();
    const vectors = listed + ROWS_A_CALL * 8;
    for (let from = 0; from < rows.length; from += ROWS_A_CALL) {
      const count = Math.min(ROWS_A_CALL, rows.length - from);
      this.#kernel.words.set(rows.subarray(from, from + count), listed >>> 2);
      functions.gatherRows(this.#table, listed, count, vectors);
      out.set(this.#kernel.f32(vectors, count * d), from * d);
    }
  }

  /** Replaces the vectors and biases of the rows from index `first` to before `end`, unmarked. */
  write(
    rows: Uint32Array,
    vectors: Float32Array,
    biases: Float32Array,
    first: number,
    end: number,
  ): void {
    const { functions } = this.#kernel;
    const d = this.#dimensions;
    const listed = this.#place();
    const { words, floats } = this.#kernel;
    const biasesAt = listed + ROWS_A_CALL * 4;
    const vectorsAt = biasesAt + ROWS_A_CALL * 4;
    for (let from = first; from < end; from += ROWS_A_CALL) {
      const to = Math.min(from + ROWS_A_CALL, end);
      words.set(rows.subarray(from, to), listed >>> 2);
      floats.set(biases.subarray(from, to), biasesAt >>> 2);
      floats.set(vectors.subarray(from * d, to * d), vectorsAt >>> 2);
      functions.placeRows(this.#table, listed, to - from, vectorsAt, biasesAt);
    }
  }

  #place(): Pointer {
    if (this.#scratch === 0)
      this.#scratch = this.#kernel.alloc(ROWS_A_CALL * (8 + this.#dimensions * 4));
    return this.#scratch;
  }
}

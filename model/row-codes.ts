import type { Kernel, Pointer } from './kernel/kernel.ts';

/** The range of values that codes cover at first; it doubles when a value passes it. */
const RANGE_FIRST = 4;
/** Past this range codes tell too little: every row is scored. */
const RANGE_MAX = 1_048_576;
/** The rounding of one 32-bit float operation, relative to its result. */
const ROUNDING = 2 ** -24;

/**
 * Whole-number codes of a table's rows, with one scale for all, and the proof that reading them first loses nothing:
 * for each query a margin above any difference between the score by codes and the score by floats. The kernel leaves
 * a row out only where its score by codes lies further than the margin below the worst score held.
 */
export class RowCodes {
  /** Where the query's codes stand: one word a pair of dimensions. */
  readonly query: Pointer;
  /** What one unit of the codes' product is worth in scores. */
  unit = 0;
  /** The bound on the difference between the two scores of the query prepared last. */
  margin = 0;
  readonly #kernel: Kernel;
  readonly #table: Pointer;
  readonly #dimensions: number;
  /** The greatest code: `dimensions` products of two still fit 32 bits. */
  readonly #codeMax: number;
  #range = RANGE_FIRST;
  #biasMax = 0;
  #usable = true;

  constructor(kernel: Kernel, table: Pointer, dimensions: number) {
    this.#kernel = kernel;
    this.#table = table;
    this.#dimensions = dimensions;
    this.#codeMax = Math.floor(Math.sqrt((2 ** 31 - 1) / dimensions));
    this.query = kernel.alloc(dimensions * 2);
  }

  /** Encodes a row anew after it changed; widens the range, and encodes all rows again, where a value passes it. */
  encode(row: number, rows: number): void {
    if (!this.#usable || this.#fits(row)) return;
    while (this.#range < RANGE_MAX) {
      this.#range *= 2;
      if (!this.#fits(row)) continue;
      for (let other = 0; other < rows; other++) this.#fits(other);
      return;
    }
    this.#usable = false;
  }

  /** Takes note of a bias, whose size is part of the margin. */
  seeBias(bias: number): void {
    const size = Math.abs(bias);
    if (!(size <= this.#biasMax)) this.#biasMax = size;
  }

  /** Encodes a query and sets `unit` and `margin`; false where codes cannot be used and every row is to be scored. */
  prepare(query: Float32Array): boolean {
    let sum = 0;
    let greatest = 0;
    for (const value of query) {
      const size = Math.abs(value);
      sum += size;
      if (size > greatest) greatest = size;
    }
    if (!this.#usable || !Number.isFinite(sum + this.#biasMax) || greatest < 1e-30) return false;
    const scale = this.#codeMax / greatest;
    this.#encodeQuery(query, scale);
    const step = this.#range / this.#codeMax;
    this.unit = Math.fround(step / scale);
    // Rounding of the rows' codes, then of the query's; what is left is that of the float operations on both sides.
    const product = sum * this.#range + (this.#dimensions * this.#range) / scale;
    const coding = (sum * step) / 2 + (this.#dimensions * this.#range) / (2 * scale);
    const floating = (this.#dimensions / 16 + 24) * ROUNDING * (product + this.#biasMax);
    this.margin = Math.fround((coding + floating) * 1.001 + 1e-30);
    return Number.isFinite(this.margin);
  }

  #encodeQuery(query: Float32Array, scale: number): void {
    const { words } = this.#kernel;
    const at = this.query >>> 2;
    for (let pair = 0; pair * 2 < this.#dimensions; pair++) {
      const low = Math.round((query[pair * 2] as number) * scale);
      const high = Math.round((query[pair * 2 + 1] as number) * scale);
      words[at + pair] = (low & 0xffff) | (high << 16);
    }
  }

  #fits(row: number): boolean {
    // The scale as the kernel sees it is rounded to 32 bits: part of the slack in the margin.
    const scale = Math.fround(this.#codeMax / this.#range);
    return this.#kernel.functions.encodeRow(this.#table, row, scale, this.#codeMax) === 1;
  }
}

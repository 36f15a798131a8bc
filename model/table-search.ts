import type { Kernel, Pointer } from './kernel/kernel.ts';
import type { RowCodes } from './row-codes.ts';

/** Exact search over one table's rows, with the scratch memory that it takes: query, mask and results. */
export class TableSearch {
  readonly #kernel: Kernel;
  readonly #table: Pointer;
  readonly #dimensions: number;
  readonly #codes: RowCodes | undefined;
  readonly #query: Pointer;
  #mask: Pointer = 0;
  #maskBytes = 0;
  #results: Pointer = 0;
  #resultWords = 0;

  constructor(kernel: Kernel, table: Pointer, dimensions: number, codes: RowCodes | undefined) {
    this.#kernel = kernel;
    this.#table = table;
    this.#dimensions = dimensions;
    this.#codes = codes;
    this.#query = kernel.alloc(dimensions * 4);
  }

  /** out[row] = query · row + bias over all of the table's rows. */
  scoreAll(rows: number, query: Float32Array, out: Float32Array): void {
    this.#reserve(rows, 0);
    this.#placeQuery(query);
    this.#kernel.functions.scoreAll(this.#table, this.#query, this.#results);
    const at = this.#results >>> 2;
    out.set(this.#kernel.floats.subarray(at, at + rows));
  }

  /** The best rows; see FactorTable.topN. */
  topN(
    rows: number,
    query: Float32Array,
    n: number,
    excluded: Uint8Array | Uint32Array,
    outRows: Uint32Array,
    outScores: Float32Array,
  ): number {
    const count = Math.min(n, rows);
    if (!(count > 0)) return 0;
    this.#reserve(count * 2, rows);
    this.#placeQuery(query);
    this.#mark(excluded, rows, 1);
    const found = this.#search(query, count);
    this.#mark(excluded, rows, 0);
    const at = this.#results >>> 2;
    const { words, floats } = this.#kernel;
    for (let rank = 0; rank < found; rank++) {
      outRows[rank] = words[at + rank] as number;
      outScores[rank] = floats[at + count + rank] as number;
    }
    return found;
  }

  #search(query: Float32Array, count: number): number {
    const { functions } = this.#kernel;
    const table = this.#table;
    const rows = this.#results;
    const scores = rows + count * 4;
    const codes = this.#codes;
    if (codes?.prepare(query) !== true) {
      return functions.topRows(table, this.#query, count, this.#mask, rows, scores);
    }
    const { query: coded, unit, margin } = codes;
    return functions.topRowsByCodes(
      table,
      this.#query,
      coded,
      unit,
      margin,
      count,
      this.#mask,
      rows,
      scores,
    );
  }

  #placeQuery(query: Float32Array): void {
    const length = query.length;
    if (length !== this.#dimensions) {
      throw new RangeError(
        `the query has ${String(length)} values, not ${String(this.#dimensions)}`,
      );
    }
    this.#kernel.floats.set(query, this.#query >>> 2);
  }

  /** Sets the mask of excluded rows (1), or clears it again (0), at the cost of what is excluded. */
  #mark(excluded: Uint8Array | Uint32Array, rows: number, mark: 0 | 1): void {
    const { octets } = this.#kernel;
    const mask = this.#mask;
    if (excluded instanceof Uint32Array) {
      for (const row of excluded) if (row < rows) octets[mask + row] = mark;
    } else if (mark === 0) {
      octets.fill(0, mask, mask + Math.min(excluded.length, rows));
    } else {
      octets.set(excluded.length > rows ? excluded.subarray(0, rows) : excluded, mask);
    }
  }

  /** Makes room for results and mask; doubling keeps what is left behind below what is used. */
  #reserve(resultWords: number, maskBytes: number): void {
    if (resultWords > this.#resultWords) {
      this.#resultWords = Math.max(resultWords, this.#resultWords * 2, 256);
      this.#results = this.#kernel.alloc(this.#resultWords * 4);
    }
    if (maskBytes > this.#maskBytes) {
      this.#maskBytes = Math.max(maskBytes, this.#maskBytes * 2, 256);
      this.#mask = this.#kernel.alloc(this.#maskBytes);
    }
  }
}

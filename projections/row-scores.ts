import type { FactorTable } from '../model/factor-table.ts';
import type { Pointer } from '../model/kernel/kernel.ts';

const FLOAT_BYTES = 4;

/** Scores single rows of a table by the kernel's own dot product: the same bits as a scan of all rows gives. */
export class RowScores {
  readonly #table: FactorTable;
  readonly #query: Pointer;

  constructor(table: FactorTable) {
    this.#table = table;
    this.#query = table.kernel.alloc(table.dimensions * FLOAT_BYTES);
  }

  /** out[i] = query · row rows[i] + bias. */
  score(query: Float32Array, rows: Uint32Array, out: Float32Array): void {
    const table = this.#table;
    const { kernel, dimensions } = table;
    kernel.floats.set(query, this.#query / FLOAT_BYTES);
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] ?? 0;
      const product = kernel.functions.dot(this.#query, table.pointer(row), dimensions);
      out[at] = Math.fround(product) + table.bias(row);
    }
  }
}

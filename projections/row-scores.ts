import type { FactorTable } from '../model/factor-table.ts';
import type { Pointer } from '../model/kernel/kernel.ts';

/** Scores single rows of a table by the kernel's own dot product: the same bits as a scan of all rows. */
export class RowScores {
  readonly #table: FactorTable;
  readonly #query: Pointer;
  readonly #row: Pointer;

  constructor(table: FactorTable) {
    const bytes = table.dimensions * 4;
    this.#table = table;
    this.#query = table.kernel.alloc(bytes);
    this.#row = table.kernel.alloc(bytes);
  }

  /** Calls `take` with every row listed and its score, query · row + bias. */
  each(query: Float32Array, rows: Uint32Array, take: (row: number, score: number) => void): void {
    const { kernel, dimensions } = this.#table;
    kernel.floats.set(query, this.#query >>> 2);
    const floats = kernel.floats;
    for (const row of rows) {
      this.#table.read(row, floats, this.#row >>> 2);
      const product = kernel.functions.dot(this.#query, this.#row, dimensions);
      take(row, Math.fround(product + this.#table.bias(row)));
    }
  }
}

import { FactorTable } from '../../model/factor-table.ts';

/** Rows of several tables side by side, as partitions share them: of each table the vector, and the bias where it has one. */
export class MergedRows {
  /** Floats of a row. */
  readonly width: number;
  readonly #tables: readonly FactorTable[];

  constructor(tables: readonly FactorTable[]) {
    this.#tables = tables;
    this.width = tables.reduce((sum, table) => sum + widthOf(table), 0);
  }

  /** Makes empty tables of the same widths, beside the others. */
  alike(): MergedRows {
    return new MergedRows(
      this.#tables.map(
        ({ kernel, dimensions, extra }) => new FactorTable(kernel, { dimensions, extra }),
      ),
    );
  }

  /** Adds a row: the first table's from its seeds, zero in the others. */
  add(seed0: number, seed1: number, deviation: number): void {
    for (const [number, table] of this.#tables.entries()) {
      if (number === 0) table.add(seed0, seed1, deviation);
      else table.addZero();
    }
  }

  /** Adds rows of zeros. */
  addRows(count: number): void {
    for (const table of this.#tables) table.addRows(count);
  }

  /** Reads a row to `out`. */
  read(row: number, out: Float32Array): void {
    let at = 0;
    for (const table of this.#tables) {
      table.read(row, out, at);
      if (table.extra > 0) out[at + table.dimensions] = table.bias(row);
      at += widthOf(table);
    }
  }

  /** Writes a row from `values[from…]` and marks it. */
  write(row: number, values: Float32Array, from: number): void {
    let at = from;
    for (const table of this.#tables) {
      table.write(row, values, at);
      if (table.extra > 0) table.setBias(row, values[at + table.dimensions] as number);
      at += widthOf(table);
    }
  }

  /** Copies the rows from `first` to before `end` of tables alike, unmarked. */
  copy(other: MergedRows, first: number, end: number): void {
    for (const [number, table] of this.#tables.entries()) {
      const from = other.#tables[number] as FactorTable;
      const vectors = new Float32Array((end - first) * table.dimensions);
      from.readRows(first, end - first, vectors);
      table.writeRows(first, end - first, vectors);
      if (table.extra === 0) continue;
      const bias = new Float32Array(end - first);
      from.readColumn(0, first, end - first, bias);
      table.writeColumn(0, first, end - first, bias);
    }
  }
}

function widthOf(table: FactorTable): number {
  return table.dimensions + (table.extra > 0 ? 1 : 0);
}

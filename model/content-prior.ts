import type { FactorTable } from './factor-table.ts';

/** The newest rows of an attribute that a new row's start is the mean of. */
export const PRIOR_ROWS_MAX = 64;

/** Rows that share an attribute, and what their mean counts. */
export interface SharingRows {
  readonly rows: readonly number[];
  readonly weight: number;
}

/** Knows which item rows share which attributes, so that a new item can start where those like it stand. */
export class ContentPrior {
  readonly #attributes = new Map<string, readonly string[]>();
  /** The rows that have an attribute, ascending. */
  readonly #rows = new Map<string, number[]>();

  /** The items whose attributes are known, in the order in which they were first told. */
  get published(): ReadonlyMap<string, readonly string[]> {
    return this.#attributes;
  }

  /** Takes in an item's attributes in the place of those before; `row` is −1 where it has none yet. */
  publish(item: string, row: number, attributes: readonly string[]): void {
    if (row >= 0) {
      for (const before of this.#attributes.get(item) ?? []) this.#leave(before, row);
      for (const attribute of attributes) this.#join(attribute, row);
    }
    if (attributes.length === 0) this.#attributes.delete(item);
    else this.#attributes.set(item, attributes);
  }

  /** Notes that an item got a row. */
  admit(item: string, row: number): void {
    for (const attribute of this.#attributes.get(item) ?? []) this.#join(attribute, row);
  }

  /** The rows that share an attribute with an item, by attribute: the rarer it is, the more it counts. */
  sharing(item: string): SharingRows[] {
    return (this.#attributes.get(item) ?? []).flatMap((attribute) => {
      const rows = this.#rows.get(attribute) ?? [];
      if (rows.length === 0) return [];
      return [{ rows: rows.slice(-PRIOR_ROWS_MAX), weight: 1 / Math.sqrt(rows.length) }];
    });
  }

  #join(attribute: string, row: number): void {
    const rows = this.#rows.get(attribute);
    if (rows === undefined) {
      this.#rows.set(attribute, [row]);
      return;
    }
    rows.splice(placeOf(rows, row), 0, row);
  }

  #leave(attribute: string, row: number): void {
    const rows = this.#rows.get(attribute);
    if (rows === undefined) return;
    const at = placeOf(rows, row);
    if (rows[at] === row) rows.splice(at, 1);
    if (rows.length === 0) this.#rows.delete(attribute);
  }
}

/** The first place whose row is not below: a new row's is the end. */
function placeOf(rows: readonly number[], row: number): number {
  let at = rows.length;
  while (at > 0 && (rows[at - 1] as number) >= row) at--;
  return at;
}

/**
 * Adds to a new row's vector, in each table, the weighted mean of the vectors that it shares attributes with: what it was
 * seeded with stays, so that no two rows are alike. Biases stay too, for how popular others are says nothing of it.
 */
export function startFrom(
  tables: readonly FactorTable[],
  row: number,
  sharing: readonly SharingRows[],
): void {
  const all = sharing.reduce((sum, { weight }) => sum + weight, 0);
  if (all === 0) return;
  for (const table of tables) {
    const start = new Float64Array(table.dimensions);
    const vector = new Float32Array(table.dimensions);
    for (const { rows, weight } of sharing) {
      const share = weight / all / rows.length;
      for (const other of rows) {
        table.read(other, vector, 0);
        for (let at = 0; at < start.length; at++) {
          start[at] = (start[at] as number) + share * (vector[at] as number);
        }
      }
    }
    table.read(row, vector, 0);
    for (let at = 0; at < start.length; at++) {
      vector[at] = (vector[at] as number) + (start[at] as number);
    }
    table.write(row, vector, 0);
  }
}

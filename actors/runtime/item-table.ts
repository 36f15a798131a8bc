/** Maps item ids to rows, which are dense numbers in the order of the items' first interactions. */
export class ItemTable {
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];

  /** The number of items. */
  get rows(): number {
    return this.#ids.length;
  }

  /** The row of an item; −1 where it has none. */
  find(id: string): number {
    return this.#rows.get(id) ?? -1;
  }

  /** Adds an item, which must have no row; returns its row. */
  add(id: string): number {
    const row = this.#ids.length;
    this.#rows.set(id, row);
    this.#ids.push(id);
    return row;
  }

  /** The id of a row. */
  id(row: number): string {
    const id = this.#ids[row];
    if (id === undefined) throw new RangeError(`there is no item row ${String(row)}`);
    return id;
  }

  /** The ids of the rows from `first` on. */
  idsFrom(first: number): string[] {
    return this.#ids.slice(first);
  }
}

/** Gives ids row numbers from 0 on, in the order of their first appearance. */
export class RowNumbers {
  readonly #rows = new Map<string, number>();

  /** The row of an id, a new one where it is met first. */
  of(id: string): number {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const row = this.#rows.size;
    this.#rows.set(id, row);
    return row;
  }

  get size(): number {
    return this.#rows.size;
  }
}

/** Changes of item rows that are kept to tell from; a power of two. */
const CHANGES_KEPT_MAX = 4096;

/** The item rows that changed last, in order: what was derived from all rows catches up by these alone. */
export class RowChanges {
  readonly #rows = new Uint32Array(CHANGES_KEPT_MAX);
  #count = 0;

  /** The number of changes so far. */
  get count(): number {
    return this.#count;
  }

  /** Notes that a row changed, or is new. */
  add(row: number): void {
    this.#rows[this.#count & (CHANGES_KEPT_MAX - 1)] = row;
    this.#count += 1;
  }

  /** The number of changes since a count, undefined where not all of them are kept. */
  since(count: number): number | undefined {
    const changes = this.#count - count;
    return changes <= CHANGES_KEPT_MAX ? changes : undefined;
  }

  /** The row of the change that came `ago` changes before the next one, from 1. */
  row(ago: number): number {
    return this.#rows[(this.#count - ago) & (CHANGES_KEPT_MAX - 1)] ?? 0;
  }
}

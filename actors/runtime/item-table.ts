/** Rows found lately, a power of two. */
const MEMO_SLOTS = 32_768;

/** Maps item ids to rows, which are dense numbers in the order of the items' first interactions. */
export class ItemTable {
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];
  /** A row of an id by its characters' hash, −1 where none was found: the Map costs three times as much memory to touch. */
  readonly #memo = new Int32Array(MEMO_SLOTS).fill(-1);

  /** The number of items. */
  get rows(): number {
    return this.#ids.length;
  }

  /** The row of an item; −1 where it has none. */
  find(id: string): number {
    const slot = slotOf(id);
    const first = this.#memo[slot] as number;
    if (first >= 0 && this.#ids[first] === id) return first;
    // Two ids may share a place: the one before moves to the place beside it.
    const second = this.#memo[slot ^ 1] as number;
    if (second >= 0 && this.#ids[second] === id) return second;
    const row = this.#rows.get(id) ?? -1;
    this.#memo[slot ^ 1] = first;
    this.#memo[slot] = row;
    return row;
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

function slotOf(id: string): number {
  let hash = id.length;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & (MEMO_SLOTS - 1);
}

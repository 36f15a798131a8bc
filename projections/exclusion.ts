import type { ItemCatalogue } from './items.ts';
import type { PartitionState } from './partition-state.ts';

const NOTHING = new Uint32Array(0);

/** Collects the item rows that an answer leaves out: what the user has seen, what was withdrawn, the item at hand. */
export class Exclusion {
  readonly #catalogue: Pick<ItemCatalogue, 'withdrawn'>;

  constructor(catalogue: Pick<ItemCatalogue, 'withdrawn'>) {
    this.#catalogue = catalogue;
  }

  /** The rows to leave out for a user row (−1 for none); a view that the next delta makes stale. */
  rows(state: PartitionState, seenBy: number, alsoRow = -1): Uint32Array {
    const seen = seenBy < 0 ? NOTHING : state.users.seen.rows(seenBy);
    const withdrawn = this.#catalogue.withdrawn;
    if (withdrawn.size === 0 && alsoRow < 0) return seen;
    const rows = [...seen];
    if (alsoRow >= 0) rows.push(alsoRow);
    for (const id of withdrawn) {
      const row = state.vectors.rowOf(id);
      if (row !== undefined) rows.push(row);
    }
    return Uint32Array.from(rows);
  }
}

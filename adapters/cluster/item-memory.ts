import type { ItemPublished } from '../../events/fact.ts';
import { ORIGIN } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import type { ItemMetadata } from '../../projections/items.ts';

/** Which items are published or withdrawn, and their titles: what answers need at once, at a position. */
export class ItemMemory {
  readonly titles = new Map<string, string>();
  readonly published = new Set<string>();
  readonly withdrawn = new Set<string>();
  position: Sequence = ORIGIN;
  /** Counts the changes to `withdrawn`, on from what the memory before this one counted. */
  withdrawals: number;
  readonly #titleOf: (metadata: ItemMetadata) => string | undefined;
  readonly #titlesMax: number;

  constructor(
    titleOf: (metadata: ItemMetadata) => string | undefined,
    titlesMax: number,
    withdrawals: number,
  ) {
    this.withdrawals = withdrawals;
    this.#titleOf = titleOf;
    this.#titlesMax = titlesMax;
  }

  /** Takes published facts in, and stands at a position. */
  advance(facts: readonly ItemPublished[], to: Sequence): void {
    for (const { item, metadata } of facts) this.remember(item, metadata);
    this.position = to;
  }

  /** Takes an item's metadata in; null where it was withdrawn. */
  remember(item: string, metadata: ItemMetadata | null): void {
    if ((metadata === null) !== this.withdrawn.has(item)) this.withdrawals += 1;
    if (metadata === null) {
      this.withdrawn.add(item);
      this.published.delete(item);
    } else {
      this.withdrawn.delete(item);
      this.published.add(item);
    }
    const title = metadata === null ? undefined : this.#titleOf(metadata);
    if (title === undefined) this.titles.delete(item);
    else if (this.titles.has(item) || this.titles.size < this.#titlesMax) {
      this.titles.set(item, title);
    }
  }
}

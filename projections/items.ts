import type { EventBlock } from '../events/blocks/block.ts';
import type { Journal } from '../events/journal.ts';
import type { ItemPublished } from '../events/fact.ts';
import { FACT_KINDS } from '../events/fact.ts';
import type { Sequence } from '../events/position.ts';

/** The partition whose journal the catalogue folds: published items stand in every partition, so one is enough. */
export const CATALOGUE_PARTITION = 0;

/** An item's metadata as published. */
export type ItemMetadata = Readonly<Record<string, unknown>>;

/** The published metadata of items: a fold of the journal with a position of its own. */
export interface ItemCatalogue {
  /** The last sequence of partition 0 that the catalogue holds. */
  readonly position: Sequence;
  /** Items with metadata. */
  readonly size: number;
  /** The title of an item, where its metadata have one; from memory, for it stands in every answer. */
  title(item: string): string | undefined;
  /** The titles by item, of those that have one, as far as they are kept in memory. */
  readonly titles: ReadonlyMap<string, string>;
  /** Tells whether the item was withdrawn: it is recommended no more. */
  isWithdrawn(item: string): boolean;
  /** The items withdrawn. */
  readonly withdrawn: ReadonlySet<string>;
  /** Counts the changes to `withdrawn`: what was derived from it knows by this when it is stale. */
  readonly withdrawals: number;
  /** The metadata of all items that have them, those withdrawn left out; what is published meanwhile may be among them. */
  all(): AsyncIterable<readonly [item: string, metadata: ItemMetadata]>;
  /**
   * Calls back with every publication that is taken in from now on, null where an item is withdrawn, in the turn in
   * which the position moves past it; for as long as the catalogue is open. What is folded again is told again.
   */
  onPublished(listener: (item: string, metadata: ItemMetadata | null) => void): void;
  /** An item's metadata; null where it was withdrawn, undefined where it was never published. */
  metadata(item: string): Promise<ItemMetadata | null | undefined>;
  /**
   * Folds the rows of a block of partition 0 that lie past the position. A block that holds nothing new changes
   * nothing; one that starts past the next sequence is refused with a RangeError.
   */
  apply(block: EventBlock): Promise<void>;
  /** Calls back with the position after every block folded; for as long as the catalogue is open. */
  onAdvance(listener: (position: Sequence) => void): void;
  /**
   * Calls back when content was found to be lost by the store itself: the position went back, and the journal has to be
   * folded from there; what was known is answered meanwhile. Returns how to hear no more. Absent where a store can't lose what it holds.
   */
  onLost?(listener: () => void): () => void;
  /** Forgets everything: the journal has to be folded again from its start. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** The published items of a block past a position, in journal order. */
export function publishedItems(block: EventBlock, after: Sequence): readonly ItemPublished[] {
  if (!block.hasSharedFacts) return [];
  const published: ItemPublished[] = [];
  const code = FACT_KINDS.indexOf('ItemPublished');
  for (let row = Math.max(0, after + 1 - block.firstSequence); row < block.count; row += 1) {
    if (block.kind[row] !== code) continue;
    const fact = block.fact(row);
    if (fact.kind === 'ItemPublished') published.push(fact);
  }
  return published;
}

/** The title in an item's metadata. */
export function titleOf(metadata: ItemMetadata): string | undefined {
  const title = metadata['title'];
  return typeof title === 'string' ? title : undefined;
}

/**
 * Folds the journal into the catalogue up to its head and on, until the signal aborts. Without `live` it resolves at
 * the head of now.
 */
export async function followItems(
  journal: Pick<Journal, 'read' | 'changed' | 'head'>,
  catalogue: ItemCatalogue,
  options: { readonly live: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { signal } = options;
  const wait = new InterruptedWait(signal);
  const hearNoMore = catalogue.onLost?.(() => wait.interrupt());
  // Where nothing can be lost, nothing interrupts a wait: the signal alone ends it.
  const isPlain = hearNoMore === undefined;
  try {
    while (!signal.aborted) {
      const { position } = catalogue;
      // At the head as it is known the wait below finds what is new: nothing is asked twice.
      const isThere = !options.live || journal.head(CATALOGUE_PARTITION) > position;
      const block = isThere ? await journal.read(CATALOGUE_PARTITION, position) : undefined;
      if (block !== undefined) await catalogue.apply(block);
      else if (!options.live) return;
      else if (isPlain) await journal.changed(CATALOGUE_PARTITION, position, signal);
      else await wait.until((either) => journal.changed(CATALOGUE_PARTITION, position, either));
    }
  } finally {
    hearNoMore?.();
  }
}

/** A wait that ends with a signal, or when it is interrupted; one that was interrupted before ends at once. */
class InterruptedWait {
  readonly #signal: AbortSignal;
  #current = new AbortController();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  interrupt(): void {
    this.#current.abort();
  }

  async until(event: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const current = this.#current;
    const end = (): void => current.abort();
    if (this.#signal.aborted) end();
    this.#signal.addEventListener('abort', end, { once: true });
    try {
      await event(current.signal);
    } finally {
      this.#signal.removeEventListener('abort', end);
      this.#current = new AbortController();
    }
  }
}

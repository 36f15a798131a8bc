import { open } from 'lmdb';
import type { Database, RootDatabase } from 'lmdb';
import type { EventBlock } from '../../events/block.ts';
import type { ItemPublished } from '../../events/fact.ts';
import { ORIGIN, advance, sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import type { ItemCatalogue, ItemMetadata } from '../../projections/items.ts';

/** What the catalogue needs of the fold that defines it; passed in, for adapters import ports as types only. */
export interface ItemFold {
  published(block: EventBlock, after: Sequence): readonly ItemPublished[];
  title(metadata: ItemMetadata): string | undefined;
}

/** Settings of the catalogue. */
export interface ItemsOptions {
  /** Folder of an LMDB environment of its own: dropping the catalogue is removing it. */
  readonly path: string;
  readonly fold: ItemFold;
  /** Titles kept in memory; items past the bound are answered without a title. */
  readonly titlesMax?: number;
  /** Blocks without published items after which the position is stored all the same. */
  readonly unsavedBlocksMax?: number;
}

const POSITION = 'position';

/** Opens the item catalogue of a data folder. */
export function openItems(options: ItemsOptions): ItemCatalogue {
  return new LmdbItems(options);
}

class LmdbItems implements ItemCatalogue {
  readonly #root: RootDatabase;
  readonly #items: Database<ItemMetadata | null, string>;
  readonly #fold: ItemFold;
  readonly #titlesMax: number;
  readonly #unsavedBlocksMax: number;
  readonly #titles = new Map<string, string>();
  readonly #withdrawn = new Set<string>();
  #position: Sequence;
  #unsavedBlocks = 0;

  constructor(options: ItemsOptions) {
    this.#fold = options.fold;
    this.#titlesMax = options.titlesMax ?? 1_000_000;
    this.#unsavedBlocksMax = options.unsavedBlocksMax ?? 1024;
    this.#root = open({ path: options.path, noSubdir: false, maxDbs: 2 });
    this.#items = this.#root.openDB({ name: 'items', encoding: 'msgpack' });
    this.#position = sequence((this.#root.get(POSITION) as number | undefined) ?? ORIGIN);
    for (const { key, value } of this.#items.getRange()) this.#remember(key, value);
  }

  get position(): Sequence {
    return this.#position;
  }

  get size(): number {
    return this.#items.getCount() - this.#withdrawn.size;
  }

  get withdrawn(): ReadonlySet<string> {
    return this.#withdrawn;
  }

  title(item: string): string | undefined {
    return this.#titles.get(item);
  }

  isWithdrawn(item: string): boolean {
    return this.#withdrawn.has(item);
  }

  metadata(item: string): Promise<ItemMetadata | null | undefined> {
    return Promise.resolve(this.#items.get(item));
  }

  async apply(block: EventBlock): Promise<void> {
    const from = this.#position;
    const to = sequence(block.firstSequence + block.count - 1);
    if (to <= from) return;
    // A block may start before the position, never after the next sequence.
    advance(from, { from: sequence(Math.min(from, block.firstSequence - 1)), to: from });
    const published = this.#fold.published(block, from);
    this.#position = to;
    this.#unsavedBlocks += 1;
    // Memory first: what is asked right after sees it, and a crash before the commit folds the block again.
    for (const fact of published) this.#remember(fact.item, fact.metadata);
    if (published.length === 0 && this.#unsavedBlocks < this.#unsavedBlocksMax) return;
    this.#unsavedBlocks = 0;
    await this.#root.transaction(() => {
      for (const fact of published) void this.#items.put(fact.item, fact.metadata);
      void this.#root.put(POSITION, to);
    });
  }

  async drop(): Promise<void> {
    this.#position = ORIGIN;
    this.#titles.clear();
    this.#withdrawn.clear();
    this.#unsavedBlocks = 0;
    await this.#root.transaction(() => {
      void this.#items.clearAsync();
      void this.#root.remove(POSITION);
    });
  }

  async close(): Promise<void> {
    await this.#root.transaction(() => {
      void this.#root.put(POSITION, this.#position);
    });
    await this.#root.close();
  }

  #remember(item: string, metadata: ItemMetadata | null): void {
    if (metadata === null) this.#withdrawn.add(item);
    else this.#withdrawn.delete(item);
    const title = metadata === null ? undefined : this.#fold.title(metadata);
    if (title === undefined) this.#titles.delete(item);
    else if (this.#titles.has(item) || this.#titles.size < this.#titlesMax) {
      this.#titles.set(item, title);
    }
  }
}

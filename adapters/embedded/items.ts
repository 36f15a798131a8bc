import type { EventBlock } from '../../events/blocks/block.ts';
import type { ItemPublished } from '../../events/fact.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import type { ItemCatalogue, ItemMetadata } from '../../projections/items.ts';
import { openEnvironment } from './lmdb/lmdb-environment.ts';
import type { LmdbEnvironment, LmdbTable } from './lmdb/lmdb-environment.ts';

/** The fold that defines the catalogue; passed in, for adapters import other rooms' ports as types only. */
export interface ItemFold {
  published(block: EventBlock, after: Sequence): readonly ItemPublished[];
  title(metadata: ItemMetadata): string | undefined;
}

/** Settings of the catalogue. */
export interface ItemsOptions {
  /** Folder of an LMDB environment of its own: dropping the catalogue is removing it. */
  readonly folder: string;
  readonly fold: ItemFold;
  /** Titles kept in memory; items past the bound are answered without a title. */
  readonly titlesMax?: number;
  /** Blocks without published items after which the position is stored all the same. */
  readonly unsavedBlocksMax?: number;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();
const POSITION = utf8.encode('position');

/** Opens the item catalogue of a data folder. */
export function openItems(options: ItemsOptions): ItemCatalogue {
  return new LmdbItems(options);
}

class LmdbItems implements ItemCatalogue {
  readonly #environment: LmdbEnvironment;
  /** Item id → metadata as JSON; `null` where it was withdrawn. */
  readonly #items: LmdbTable;
  readonly #state: LmdbTable;
  readonly #fold: ItemFold;
  readonly #titlesMax: number;
  readonly #unsavedBlocksMax: number;
  readonly #titles = new Map<string, string>();
  readonly #published = new Set<string>();
  readonly #withdrawn = new Set<string>();
  readonly #listeners: ((position: Sequence) => void)[] = [];
  readonly #publishedListeners: ((item: string, metadata: ItemMetadata | null) => void)[] = [];
  #position: Sequence;
  #withdrawals = 0;
  #unsavedBlocks = 0;

  constructor(options: ItemsOptions) {
    this.#fold = options.fold;
    this.#titlesMax = options.titlesMax ?? 1_000_000;
    this.#unsavedBlocksMax = options.unsavedBlocksMax ?? 1024;
    const { folder } = options;
    this.#environment = openEnvironment({ folder, tablesMax: 2, name: 'the item catalogue' });
    this.#items = this.#environment.table('items');
    this.#state = this.#environment.table('state');
    const stored = this.#state.get(POSITION);
    this.#position = stored === undefined ? ORIGIN : sequence(Number(text.decode(stored)));
    for (const { key, value } of this.#items.range({})) {
      this.#remember(text.decode(key), metadataOf(value));
    }
  }

  get position(): Sequence {
    return this.#position;
  }

  get size(): number {
    return this.#published.size;
  }

  get withdrawn(): ReadonlySet<string> {
    return this.#withdrawn;
  }

  get withdrawals(): number {
    return this.#withdrawals;
  }

  get titles(): ReadonlyMap<string, string> {
    return this.#titles;
  }

  title(item: string): string | undefined {
    return this.#titles.get(item);
  }

  isWithdrawn(item: string): boolean {
    return this.#withdrawn.has(item);
  }

  metadata(item: string): Promise<ItemMetadata | null | undefined> {
    const stored = this.#items.get(utf8.encode(item));
    return Promise.resolve(stored === undefined ? undefined : metadataOf(stored));
  }

  async *all(): AsyncGenerator<readonly [string, ItemMetadata]> {
    for (const item of this.#published) {
      const metadata = await this.metadata(item);
      if (metadata !== null && metadata !== undefined) yield [item, metadata];
    }
  }

  onPublished(listener: (item: string, metadata: ItemMetadata | null) => void): void {
    this.#publishedListeners.push(listener);
  }

  async apply(block: EventBlock): Promise<void> {
    const from = this.#position;
    const to = sequence(block.firstSequence + block.count - 1);
    if (to <= from) return;
    // A block may start before the position, never after the next sequence.
    if (block.firstSequence - 1 > from) throw gap(from, block);
    const published = this.#fold.published(block, from);
    const isDue = published.length > 0 || this.#unsavedBlocks + 1 >= this.#unsavedBlocksMax;
    if (isDue) await this.#store(published, to);
    this.#unsavedBlocks = isDue ? 0 : this.#unsavedBlocks + 1;
    for (const { item, metadata } of published) {
      this.#remember(item, metadata);
      for (const listener of this.#publishedListeners) listener(item, metadata);
    }
    this.#position = to;
    for (const listener of this.#listeners) listener(to);
  }

  onAdvance(listener: (position: Sequence) => void): void {
    this.#listeners.push(listener);
  }

  async drop(): Promise<void> {
    const keys = [...this.#items.range({})].map(({ key }) => key);
    await this.#environment.commit((writer) => {
      for (const key of keys) writer.remove(this.#items, key);
      writer.remove(this.#state, POSITION);
    });
    this.#position = ORIGIN;
    this.#unsavedBlocks = 0;
    this.#titles.clear();
    this.#published.clear();
    this.#withdrawn.clear();
    this.#withdrawals += 1;
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** Writes metadata and position in one transaction: they are never apart, whenever the process ends. */
  #store(published: readonly ItemPublished[], to: Sequence): Promise<void> {
    return this.#environment.commit((writer) => {
      for (const { item, metadata } of published) {
        writer.put(this.#items, utf8.encode(item), utf8.encode(JSON.stringify(metadata)));
      }
      writer.put(this.#state, POSITION, utf8.encode(String(to)));
    });
  }

  #remember(item: string, metadata: ItemMetadata | null): void {
    if ((metadata === null) !== this.#withdrawn.has(item)) this.#withdrawals += 1;
    if (metadata === null) {
      this.#withdrawn.add(item);
      this.#published.delete(item);
    } else {
      this.#withdrawn.delete(item);
      this.#published.add(item);
    }
    const title = metadata === null ? undefined : this.#fold.title(metadata);
    if (title === undefined) this.#titles.delete(item);
    else if (this.#titles.has(item) || this.#titles.size < this.#titlesMax) {
      this.#titles.set(item, title);
    }
  }
}

function metadataOf(stored: Uint8Array): ItemMetadata | null {
  return JSON.parse(text.decode(stored)) as ItemMetadata | null;
}

function gap(from: Sequence, block: EventBlock): RangeError {
  return new RangeError(
    `a block from ${block.firstSequence} on does not continue a catalogue at ${from}`,
  );
}

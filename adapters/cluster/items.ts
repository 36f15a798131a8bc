import type { EventBlock } from '../../events/blocks/block.ts';
import { RepriseError } from '../../events/error.ts';
import type { ItemPublished } from '../../events/fact.ts';
import { sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import type { ItemCatalogue, ItemMetadata } from '../../projections/items.ts';
import { ItemMemory } from './item-memory.ts';
import { ItemStore, NOTHING_STORED } from './item-store.ts';
import type { StoredItems } from './item-store.ts';
import type { RedisLink } from './redis/redis.ts';

/** The fold that defines the catalogue; passed in, for adapters import other rooms' ports as types only. */
export interface ItemFold {
  published(block: EventBlock, after: Sequence): readonly ItemPublished[];
  title(metadata: ItemMetadata): string | undefined;
}

/** Settings of the catalogue. */
export interface ItemsOptions {
  readonly link: RedisLink;
  readonly fold: ItemFold;
  /** Titles kept in memory; items past the bound are answered without a title. */
  readonly titlesMax?: number;
  /** Blocks without published items after which the position is stored all the same. */
  readonly unsavedBlocksMax?: number;
  /** How often it is looked whether Redis still holds the catalogue. */
  readonly watchMsMax?: number;
}

const TITLES_MAX = 1_000_000;
const UNSAVED_BLOCKS_MAX = 1_024;
const WATCH_MS_MAX = 1_000;

/** Opens the item catalogue in Redis; processes that share it may all fold the same journal into it. */
export async function openItems(options: ItemsOptions): Promise<ItemCatalogue> {
  const catalogue = new RedisItems(options);
  await catalogue.load();
  return catalogue;
}

class RedisItems implements ItemCatalogue {
  readonly #store: ItemStore;
  readonly #options: ItemsOptions;
  readonly #listeners: ((position: Sequence) => void)[] = [];
  readonly #publishedListeners: ((item: string, metadata: ItemMetadata | null) => void)[] = [];
  readonly #lostListeners = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  /** What is answered. */
  #memory: ItemMemory;
  /** What is folded; another one than what is answered while lost content is folded again. */
  #folded: ItemMemory;
  /** What Redis is known to hold. */
  #stored: StoredItems = NOTHING_STORED;
  #unsavedBlocks = 0;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(options: ItemsOptions) {
    this.#options = options;
    this.#store = new ItemStore(options.link);
    this.#memory = this.#emptyMemory(0);
    this.#folded = this.#memory;
    this.#timer = setInterval(() => void this.#watch(), options.watchMsMax ?? WATCH_MS_MAX);
    this.#timer.unref();
  }

  get position(): Sequence {
    return this.#folded.position;
  }

  get size(): number {
    return this.#memory.published.size;
  }

  get withdrawn(): ReadonlySet<string> {
    return this.#memory.withdrawn;
  }

  get withdrawals(): number {
    return this.#memory.withdrawals;
  }

  get titles(): ReadonlyMap<string, string> {
    return this.#memory.titles;
  }

  title(item: string): string | undefined {
    return this.#memory.titles.get(item);
  }

  isWithdrawn(item: string): boolean {
    return this.#memory.withdrawn.has(item);
  }

  async metadata(item: string): Promise<ItemMetadata | null | undefined> {
    const metadata = await this.#store.read(item);
    const isKnown = this.#memory.published.has(item) || this.#memory.withdrawn.has(item);
    // What is known and not there was lost: it is being folded again, or will be after the next look.
    if (metadata === undefined && isKnown) throw rebuilding();
    return metadata;
  }

  async *all(): AsyncGenerator<readonly [string, ItemMetadata]> {
    for await (const [item, metadata] of this.#store.all()) {
      if (metadata !== null) yield [item, metadata];
    }
  }

  onPublished(listener: (item: string, metadata: ItemMetadata | null) => void): void {
    this.#publishedListeners.push(listener);
  }

  apply(block: EventBlock): Promise<void> {
    return this.#alone(() => this.#fold(block));
  }

  onAdvance(listener: (position: Sequence) => void): void {
    this.#listeners.push(listener);
  }

  onLost(listener: () => void): () => void {
    this.#lostListeners.add(listener);
    return () => this.#lostListeners.delete(listener);
  }

  async drop(): Promise<void> {
    await this.#alone(async () => {
      await this.#store.drop();
      this.#stored = NOTHING_STORED;
      this.#unsavedBlocks = 0;
      this.#memory = this.#emptyMemory(this.#memory.withdrawals + 1);
      this.#folded = this.#memory;
    });
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return Promise.resolve();
  }

  /** Takes in what Redis holds. */
  async load(): Promise<void> {
    try {
      await this.#alone(() => this.#reload());
    } catch (error) {
      clearInterval(this.#timer);
      throw error;
    }
  }

  async #fold(block: EventBlock): Promise<void> {
    const from = this.position;
    const to = sequence(block.firstSequence + block.count - 1);
    if (to <= from) return;
    // A block may start before the position, never after the next sequence …
    if (block.firstSequence - 1 > from) {
      // … but for one that was read before content was found to be lost: the caller reads on from where it is now.
      if (block.firstSequence - 1 <= this.#memory.position) return;
      throw gap(from, block);
    }
    const published = this.#options.fold.published(block, from);
    const unsavedBlocksMax = this.#options.unsavedBlocksMax ?? UNSAVED_BLOCKS_MAX;
    const isDue = published.length > 0 || this.#unsavedBlocks + 1 >= unsavedBlocksMax;
    if (isDue && !(await this.#save(published, to))) return;
    this.#unsavedBlocks = isDue ? 0 : this.#unsavedBlocks + 1;
    this.#folded.advance(published, to);
    this.#caughtUp();
    this.#tellPublished(published);
    for (const listener of this.#listeners) listener(to);
  }

  /** Stores facts and position; false where Redis lost what was known, and another content was taken in. */
  async #save(published: readonly ItemPublished[], to: Sequence): Promise<boolean> {
    const { generation, position } = this.#stored;
    const kept = await this.#store.store(generation, position, published, to);
    if (kept === undefined) {
      await this.#reload();
      return false;
    }
    this.#stored = { generation: kept, position: to };
    return true;
  }

  /** Looks whether Redis holds what it is known to hold; what can't be looked up now is looked up later. */
  async #watch(): Promise<void> {
    if (this.#waiting > 0) return;
    try {
      await this.#alone(async () => {
        const { generation, position } = await this.#store.look();
        const isThere = generation === this.#stored.generation && position >= this.#stored.position;
        if (!isThere) await this.#reload();
      });
    } catch (error) {
      if (error instanceof RepriseError && error.code === 'UNAVAILABLE') return;
      throw error;
    }
  }

  /** Takes in what Redis holds, and answers from what was known until that has come as far again. */
  async #reload(): Promise<void> {
    const stored = await this.#store.look();
    const memory = this.#emptyMemory(this.#memory.withdrawals + 1);
    for await (const [item, metadata] of this.#store.all()) {
      memory.remember(item, metadata);
      // Another process may have folded what this one has not seen.
      this.#tellPublished([{ item, metadata }]);
    }
    memory.position = stored.position;
    this.#stored = stored;
    this.#unsavedBlocks = 0;
    const isBehind = memory.position < this.#folded.position;
    this.#folded = memory;
    this.#caughtUp();
    if (isBehind) for (const listener of this.#lostListeners) listener();
  }

  #tellPublished(published: readonly Pick<ItemPublished, 'item' | 'metadata'>[]): void {
    for (const { item, metadata } of published) {
      for (const listener of this.#publishedListeners) listener(item, metadata);
    }
  }

  #caughtUp(): void {
    if (this.#folded.position >= this.#memory.position) this.#memory = this.#folded;
  }

  /** Runs what reads and writes the store after what did so before. */
  async #alone(work: () => Promise<void>): Promise<void> {
    this.#waiting += 1;
    const done = this.#last.then(work);
    // A failure is its caller's: the next one runs all the same.
    this.#last = done.catch(() => undefined);
    await done.finally(() => (this.#waiting -= 1));
  }

  #emptyMemory(withdrawals: number): ItemMemory {
    const { fold, titlesMax = TITLES_MAX } = this.#options;
    return new ItemMemory((metadata) => fold.title(metadata), titlesMax, withdrawals);
  }
}

function gap(from: Sequence, block: EventBlock): RangeError {
  return new RangeError(
    `a block from ${block.firstSequence} on does not continue a catalogue at ${from}`,
  );
}

function rebuilding(): RepriseError {
  return new RepriseError(
    'UNAVAILABLE',
    'the metadata of items are being folded again from the journal: try again in a moment',
  );
}

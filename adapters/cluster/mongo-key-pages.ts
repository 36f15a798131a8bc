import type { Partition } from '../../events/position.ts';
import { blockId } from './mongo-blocks.ts';
import type { MongoBlocks } from './mongo-blocks.ts';

/** The most blocks whose keys are kept: at most 64 KiB each, so 32 MiB. */
const KEY_PAGES_MAX = 512;

/** Words of an event key. */
export const KEY_WORDS = 4;

/** The event keys of blocks, the last ones used kept: events come again in runs. */
export class MongoKeyPages {
  readonly #blocks: MongoBlocks;
  readonly #pages = new Map<string, Uint32Array>();

  constructor(blocks: MongoBlocks) {
    this.#blocks = blocks;
  }

  /** The keys of the block with this first sequence, four words an event; undefined where there is no such block. */
  async keys(partition: Partition, firstSequence: number): Promise<Uint32Array | undefined> {
    const id = blockId(partition, firstSequence);
    const kept = this.#pages.get(id);
    if (kept !== undefined) return kept;
    const read = await this.#blocks.at(partition, firstSequence);
    if (read === undefined) return undefined;
    const keys = read.block.keys.slice();
    this.put(partition, firstSequence, keys);
    return keys;
  }

  /** Keeps the keys of a block. */
  put(partition: Partition, firstSequence: number, keys: Uint32Array): void {
    this.#pages.set(blockId(partition, firstSequence), keys);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > KEY_PAGES_MAX && oldest !== undefined) this.#pages.delete(oldest);
  }

  /** Forgets everything: the store may be another one. */
  clear(): void {
    this.#pages.clear();
  }
}

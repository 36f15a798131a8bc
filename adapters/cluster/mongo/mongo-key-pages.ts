import type { Partition } from '../../../events/position.ts';
import { blockId } from './mongo-blocks.ts';
import type { MongoBlocks } from './mongo-blocks.ts';

/** The most blocks whose keys are kept: at most 64 KiB each, so 32 MiB. */
const KEY_PAGES_MAX = 512;

/** Words of an event key. */
export const KEY_WORDS = 4;

/** How long keys are taken to be those of the store: events that another process blanks meanwhile are known that long. */
const REDACTIONS_LOOK_MS = 1_000;

/** Where keys of blocks are read. */
export interface MongoKeyPagesDeps {
  readonly blocks: Pick<MongoBlocks, 'at' | 'forgetHeard'>;
  /** How often events of the journal were blanked. */
  readonly redactions: () => Promise<number>;
}

/** The event keys of blocks, the last ones used kept: events come again in runs. */
export class MongoKeyPages {
  readonly #blocks: MongoKeyPagesDeps['blocks'];
  readonly #redactions: MongoKeyPagesDeps['redactions'];
  readonly #pages = new Map<string, Uint32Array>();
  #seen: number | undefined;
  #lookedMs = -Infinity;

  constructor({ blocks, redactions }: MongoKeyPagesDeps) {
    this.#blocks = blocks;
    this.#redactions = redactions;
  }

  /** The keys of the block with this first sequence, four words an event; undefined where there is no such block. */
  async keys(partition: Partition, firstSequence: number): Promise<Uint32Array | undefined> {
    await this.#look();
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

  /** Forgets the keys of events that were blanked since it was looked last. */
  async #look(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs - this.#lookedMs < REDACTIONS_LOOK_MS) return;
    const redactions = await this.#redactions();
    if (redactions !== this.#seen) this.forget();
    this.#seen = redactions;
    this.#lookedMs = nowMs;
  }

  /** Forgets what blocks said before some of it was blanked. */
  forget(): void {
    this.clear();
    this.#blocks.forgetHeard();
  }
}

import type { EventBlock } from '../../../events/blocks/block.ts';
import { mergeBlocks } from '../../../events/blocks/merged-block.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import type { MongoBlocks, ReadBlock } from './mongo-blocks.ts';

/** The most rows that small blocks are read together up to, and the most blocks. */
const READ_ROWS_MAX = 4096;
const READ_BLOCKS_MAX = 512;
/** How many ends of recent reads are remembered: each lets one reader go on without a search. */
const READERS_MAX = 4_096;

/** Reads runs of blocks, checking every link of the chain on the way. */
export class MongoBlockReader {
  readonly #blocks: MongoBlocks;
  /** Hash of the last header of a read by partition and next sequence. */
  readonly #ends = new Map<string, Uint8Array>();

  constructor(blocks: MongoBlocks) {
    this.#blocks = blocks;
  }

  /** The block that holds `after + 1`, which must exist, with the small ones that follow it up to the head. */
  async read(partition: Partition, after: Sequence, head: Sequence): Promise<EventBlock> {
    const first = await this.#first(partition, after + 1);
    const run = [first];
    let last = first.header;
    const room = Math.floor(READ_ROWS_MAX / last.count) - 1;
    if (room > 0 && last.firstSequence + last.count <= head) {
      const from = last.firstSequence + last.count;
      const limit = Math.min(room, READ_BLOCKS_MAX - 1);
      let rows = last.count;
      for (const next of await this.#blocks.page(partition, from, head, limit)) {
        // What does not follow is damage, which the read that wants the missing event tells.
        if (next.header.firstSequence !== last.firstSequence + last.count) break;
        if (rows + next.header.count > READ_ROWS_MAX) break;
        this.#blocks.checkLink(next.header, last.hash);
        run.push(next);
        rows += next.header.count;
        last = next.header;
      }
    }
    this.#remember(partition, last.firstSequence + last.count, last.hash);
    return mergeBlocks(run.map(({ block }) => block));
  }

  /** Forgets where readers stood: the store may hold another chain. */
  clear(): void {
    this.#ends.clear();
  }

  async #first(partition: Partition, wanted: number): Promise<ReadBlock> {
    const known = this.#ends.get(endName(partition, wanted));
    const found = known === undefined ? undefined : await this.#blocks.at(partition, wanted);
    if (known === undefined || found === undefined) return this.#blocks.holding(partition, wanted);
    this.#blocks.checkLink(found.header, known);
    return found;
  }

  #remember(partition: Partition, next: number, hash: Uint8Array): void {
    const name = endName(partition, next);
    this.#ends.delete(name);
    this.#ends.set(name, hash);
    const [oldest] = this.#ends.keys();
    if (this.#ends.size > READERS_MAX && oldest !== undefined) this.#ends.delete(oldest);
  }
}

function endName(partition: Partition, next: number): string {
  return `${String(partition)}:${String(next)}`;
}

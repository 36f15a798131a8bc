import type { Chain, NewBlock } from '../../../events/blocks/block-chain.ts';
import { encodeChain } from '../../../events/blocks/block-chain.ts';
import type { BlockBounds, EncodedRow } from '../../../events/blocks/block-chain.ts';
import type { CoveredOffsets } from '../../../events/blocks/covering-journal.ts';
import { RepriseError } from '../../../events/error.ts';
import type { EventKey } from '../../../events/journal.ts';
import type { Partition, Position } from '../../../events/position.ts';
import { sequence } from '../../../events/position.ts';
import type { AppendedBlock } from '../heard-blocks.ts';
import type { MongoConnection } from './mongo.ts';
import type { MongoBlocks, StoredEnd } from './mongo-blocks.ts';
import type { MongoHeads } from './mongo-heads.ts';
import { PartitionKeys, keysOf } from './mongo-partition-keys.ts';
import type { PartitionKeysDeps } from './mongo-partition-keys.ts';

/** What a partition's writer stands on. */
export interface PartitionWriterDeps extends PartitionKeysDeps {
  readonly connection: MongoConnection;
  readonly heads: MongoHeads;
  readonly blocks: MongoBlocks;
  /** Told of every block that is durable. */
  readonly onAppended?: ((block: AppendedBlock) => void) | undefined;
}

/** How rows become blocks. */
export interface WriteOptions {
  readonly bounds: BlockBounds;
  /** Absent where the rows do not come from a transport. */
  readonly covers?: CoveredOffsets;
}

/**
 * Writes one partition: knows where its chain ends and which events it has. What is known is taken from the store at
 * the first need, and compared with it where a socket broke or another writer was there.
 */
export class PartitionWriter {
  readonly #deps: PartitionWriterDeps;
  #keys: PartitionKeys;
  /** Where the chain ends; undefined where the store must be asked. */
  #end: StoredEnd | undefined;
  #epoch = -1;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: PartitionWriterDeps) {
    this.#deps = deps;
    this.#keys = new PartitionKeys(deps);
  }

  /** Runs what must not overlap with another's writing to the partition in this process. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Brings end and keys up to the store's. Everything below is called after this, within one turn. */
  async ready(): Promise<StoredEnd> {
    const { connection, partition, blocks, heads } = this.#deps;
    const epoch = connection.epoch();
    if (this.#end !== undefined && epoch === this.#epoch) return this.#end;
    const end = await blocks.end(partition);
    if (!(await blocks.stands(partition, this.#keys.end))) {
      this.#deps.pages.clear();
      this.#keys = new PartitionKeys(this.#deps);
    }
    if (end.head > this.#keys.end.head) {
      await this.#keys.absorb(end).catch((error: unknown) => {
        this.#keys = new PartitionKeys(this.#deps);
        throw error;
      });
    }
    this.#end = end;
    this.#epoch = epoch;
    heads.set(partition, end);
    return end;
  }

  /** Tells at once that the partition does not have an event, as it does for almost every new one. */
  mayHave(key: EventKey): boolean {
    return this.#keys.mayHave(key);
  }

  /** Where the event with this key stands, undefined where the partition does not have it. */
  async find(key: EventKey): Promise<Position | undefined> {
    const found = await this.#keys.find(key);
    return found === undefined ? undefined : { partition: this.#deps.partition, sequence: found };
  }

  /** Has the store asked anew before the next use. */
  drop(): void {
    this.#end = undefined;
  }

  /**
   * Appends new rows; returns once they are durable. Throws FENCED where another writer was there, and has the store
   * asked anew after any failure.
   */
  async write(rows: readonly EncodedRow[], { bounds, covers }: WriteOptions): Promise<void> {
    const { clock, partition } = this.#deps;
    try {
      const appendTimeMs = clock();
      const from = await this.ready();
      const chain = await encodeChain(rows, partition, from, { bounds, appendTimeMs, yieldNow });
      let done = 0;
      for (const block of chain.blocks) {
        const count = countOf(chain, block);
        await this.#insert(block, rows.slice(done, done + count), appendTimeMs, covers);
        done += count;
      }
    } catch (error) {
      this.drop();
      throw error;
    }
  }

  async #insert(
    block: NewBlock,
    rows: readonly EncodedRow[],
    appendTimeMs: number,
    covers: CoveredOffsets | undefined,
  ): Promise<void> {
    const { blocks, connection, heads, partition } = this.#deps;
    const before = await this.ready();
    if (before.head + 1 !== block.firstSequence) throw fenced(partition);
    const uncovered = Math.max(before.uncovered, covers === undefined ? 0 : covers.to + 1);
    const erased = rows.flatMap(({ fact }) => (fact.kind === 'UserErased' ? [fact.user] : []));
    const written = await blocks.insert(block, {
      count: rows.length,
      covers: covers ?? null,
      uncovered,
      ...(erased.length > 0 && { erased }),
    });
    if (!written) throw fenced(partition);
    if (connection.epoch() !== this.#epoch && !(await blocks.stands(partition, before))) {
      // The server came back without what it had: the block would stand behind a gap.
      await blocks.remove(block);
      throw fenced(partition);
    }
    const { firstSequence, header } = block;
    const head = sequence(firstSequence + rows.length - 1);
    const end = { head, hash: header.subarray(-32), firstSequence, uncovered };
    this.#end = end;
    this.#keys.append(end, keysOf(rows), appendTimeMs);
    heads.set(partition, end);
    this.#deps.onAppended?.({ header, content: block.content, uncovered });
  }
}

/** Events of a block of a chain. */
function countOf({ blocks, end }: Chain, block: NewBlock): number {
  const next = blocks[blocks.indexOf(block) + 1]?.firstSequence ?? end.head + 1;
  return next - block.firstSequence;
}

function fenced(partition: Partition): RepriseError {
  return new RepriseError(
    'FENCED',
    `another writer appended to partition ${String(partition)}: read what is covered and go on from there`,
    { partition },
  );
}

function yieldNow(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

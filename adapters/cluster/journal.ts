import type { Collection, Db } from 'mongodb';
import { APPEND_QUEUE_BOUNDS, AppendQueue } from '../../events/append-queue.ts';
import type { AppendQueueBounds, QueuedBatch, QueuedRow } from '../../events/append-queue.ts';
import { binaryKey } from '../../events/binary-key.ts';
import { BLOCK_BOUNDS } from '../../events/blocks/block-chain.ts';
import type { BlockBounds } from '../../events/blocks/block-chain.ts';
import { encodeBody } from '../../events/blocks/block-content.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import type { CoveredOffsets, CoveringJournal } from '../../events/blocks/covering-journal.ts';
import { RepriseError, hasCode } from '../../events/error.ts';
import type { Surrogate } from '../../events/fact.ts';
import { EVENT_KEY_BYTES } from '../../events/event-key.ts';
import { IDEMPOTENCY_BOUNDS } from '../../events/idempotency-bounds.ts';
import type { IdempotencyBounds } from '../../events/idempotency-bounds.ts';
import type {
  Appended,
  EventKey,
  JournalEntry,
  JournalStatus,
  RedactedEvents,
  RedactingJournal,
} from '../../events/journal.ts';
import { PARTITIONS_MAX } from '../../events/partition-of.ts';
import { sequence } from '../../events/position.ts';
import type { Partition, Position, Sequence } from '../../events/position.ts';
import { assertOneBlock, COVERING_BOUNDS } from './mongo/covering-bounds.ts';
import type { CoveringBounds } from './mongo/covering-bounds.ts';
import { headerOf } from './heard-blocks.ts';
import type { AppendedBlock } from './heard-blocks.ts';
import type { MongoConnection } from './mongo/mongo.ts';
import { placeGroup } from './mongo/mongo-append-group.ts';
import { MongoBlocks } from './mongo/mongo-blocks.ts';
import type { BlockDocument } from './mongo/mongo-blocks.ts';
import { MongoErased, findErased } from './mongo/mongo-erased.ts';
import { MongoHeads, POLL_BOUNDS } from './mongo/mongo-heads.ts';
import type { PollBounds } from './mongo/mongo-heads.ts';
import { fixShape, redactionsOf } from './mongo/mongo-journal-shape.ts';
import { MongoKeyPages } from './mongo/mongo-key-pages.ts';
import { MongoReads } from './mongo/mongo-reads.ts';
import { MongoRedacting } from './mongo/mongo-redacting.ts';
import { shareOf } from './mongo/mongo-partition-keys.ts';
import { PartitionWriter } from './mongo/mongo-partition-writer.ts';

/** Every bound of a journal in MongoDB. */
export type JournalBounds = AppendQueueBounds &
  BlockBounds &
  CoveringBounds &
  IdempotencyBounds &
  PollBounds;

/** The usual bounds of a journal in MongoDB. */
export const JOURNAL_BOUNDS: JournalBounds = {
  ...APPEND_QUEUE_BOUNDS,
  ...BLOCK_BOUNDS,
  ...COVERING_BOUNDS,
  ...IDEMPOTENCY_BOUNDS,
  ...POLL_BOUNDS,
};

/** How to open a journal. */
export interface JournalOptions {
  /** Stays the caller's: closing the journal leaves it open. */
  readonly connection: MongoConnection;
  /** Name of the database. */
  readonly database: string;
  /** Fixed when the journal is made; another number is refused with CONFLICT later. */
  readonly partitions: number;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly bounds?: Partial<JournalBounds>;
  /** Told of every block that this process appends, once it is durable. */
  readonly onAppended?: ((block: AppendedBlock) => void) | undefined;
}

/** The journal of the cluster profile, which hears from its writers in other processes. */
export interface ClusterJournal extends CoveringJournal, RedactingJournal {
  /** Takes a block that another process told of: who waits for it goes on without asking the store. */
  hear(block: AppendedBlock): void;
}

/** Tries of a plain append that other writers come before. */
const APPEND_TRIES_MAX = 16;

/**
 * Opens the journal of a database, made where it is missing. A partition's keys are read from the blocks at the first
 * append or `find` there, so that processes which only read pay nothing for them.
 */
export async function openJournal(options: JournalOptions): Promise<ClusterJournal> {
  const { connection, database: name, partitions } = options;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > PARTITIONS_MAX) {
    throw new RepriseError('INVALID', `partitions must be from 1 to ${String(PARTITIONS_MAX)}`);
  }
  const database = connection.database(name);
  await fixShape(connection, database, partitions);
  const journal = new MongoJournal(database, options);
  await journal.load();
  return journal;
}

class MongoJournal implements ClusterJournal {
  readonly partitions: number;
  readonly #connection: MongoConnection;
  readonly #database: Db;
  readonly #collection: Collection<BlockDocument>;
  readonly #bounds: JournalBounds;
  readonly #blocks: MongoBlocks;
  readonly #reads: MongoReads;
  readonly #erased: MongoErased;
  readonly #heads: MongoHeads;
  readonly #pages: MongoKeyPages;
  readonly #redacting: MongoRedacting;
  readonly #writers: readonly PartitionWriter[];
  readonly #queue: AppendQueue;
  #bytesAtStart = 0;
  #full = false;
  #closed = false;

  constructor(database: Db, options: JournalOptions) {
    const { connection, partitions, clock, onAppended } = options;
    this.partitions = partitions;
    this.#connection = connection;
    this.#database = database;
    this.#collection = database.collection<BlockDocument>('blocks');
    this.#bounds = { ...JOURNAL_BOUNDS, ...options.bounds };
    this.#blocks = new MongoBlocks(connection, this.#collection);
    this.#erased = new MongoErased(findErased(connection, this.#collection));
    this.#heads = new MongoHeads(connection, this.#blocks, partitions, this.#bounds);
    this.#reads = new MongoReads({ connection, blocks: this.#blocks, heads: this.#heads });
    this.#pages = new MongoKeyPages({
      blocks: this.#blocks,
      redactions: () => redactionsOf(connection, database),
    });
    this.#redacting = new MongoRedacting({
      ...{ connection, database, clock, blocks: this.#blocks, collection: this.#collection },
      check: () => this.#assertOpen(),
    });
    const shared = {
      ...{ connection, clock, blocks: this.#blocks, heads: this.#heads },
      onAppended: (block: AppendedBlock): void => {
        this.#blocks.hear(block);
        onAppended?.(block);
      },
      pages: this.#pages,
      bounds: shareOf(this.#bounds, partitions),
    };
    this.#writers = Array.from(
      { length: partitions },
      (_, partition) => new PartitionWriter({ ...shared, partition }),
    );
    this.#queue = new AppendQueue(this.#bounds, (group) => this.#write(group));
  }

  /** Reads where the partitions stand. */
  async load(): Promise<void> {
    await this.#connection.run(() =>
      this.#collection.createIndex({ erased: 1 }, { sparse: true }, {}),
    );
    await this.#heads.load();
    const stats = await this.#connection.run(() =>
      this.#database.command({ collStats: this.#collection.collectionName }),
    );
    this.#bytesAtStart = Number(stats['size'] ?? 0);
  }

  async append(entries: readonly JournalEntry[]): Promise<readonly Appended[]> {
    this.#assertOpen();
    if (entries.length === 0) return [];
    return this.#queue.add(entries.map((entry) => this.#queuedRow(entry)));
  }

  async appendCovering(
    partition: Partition,
    entries: readonly JournalEntry[],
    offsets: CoveredOffsets,
  ): Promise<readonly Appended[]> {
    this.#assertOpen();
    const writer = this.#writer(partition);
    const rows = entries.map((entry) => {
      const row = this.#queuedRow(entry);
      if (row.partition === 'all' || row.partition === partition) return { ...row, partition };
      const message = `an entry of partition ${String(row.partition)} stands in a batch of partition ${String(partition)}: send it there`;
      throw new RepriseError('INVALID', message, { partition });
    });
    return writer.exclusively(() => this.#writeCovering(writer, rows, offsets));
  }

  known(
    partition: Partition,
    keys: readonly EventKey[],
  ): Promise<readonly (Sequence | undefined)[]> {
    const writer = this.#writer(partition);
    return writer.exclusively(async () => {
      await writer.ready();
      const found: (Sequence | undefined)[] = [];
      for (const key of keys) {
        found.push(writer.mayHave(key) ? (await writer.find(key))?.sequence : undefined);
      }
      return found;
    });
  }

  async uncovered(partition: Partition): Promise<number> {
    await this.#heads.refresh([partition]);
    return this.#heads.end(partition).uncovered;
  }

  hear(block: AppendedBlock): void {
    const header = headerOf(block);
    if (header === undefined || this.#closed) return;
    // Kept first, for whoever waits reads it next.
    this.#blocks.hear(block);
    this.#heads.hear(header, block.uncovered);
  }

  head(partition: Partition): Sequence {
    return this.#heads.end(partition).head;
  }

  read(partition: Partition, after: Sequence): Promise<EventBlock | undefined> {
    return this.#reads.read(partition, after);
  }

  chainHash(partition: Partition, at: Sequence): Promise<string> {
    return this.#reads.chainHash(partition, at);
  }

  async changed(partition: Partition, after: Sequence, signal: AbortSignal): Promise<void> {
    await this.#heads.wait(partition, after, signal);
  }

  async find(key: EventKey): Promise<readonly Position[] | undefined> {
    const found: Position[] = [];
    for (const [partition, writer] of this.#writers.entries()) {
      const position = await writer.exclusively(async () => {
        const end = await writer.ready();
        // Another process appended what this one has read already.
        if (end.head < this.head(partition)) {
          writer.drop();
          await writer.ready();
        }
        return writer.find(key);
      });
      if (position !== undefined) found.push(position);
    }
    return found.length === 0 ? undefined : found;
  }

  async redact(surrogates: readonly Surrogate[]): Promise<RedactedEvents> {
    this.#assertOpen();
    // What others appended is known here a moment later only.
    await this.#heads.refresh(this.#writers.keys());
    try {
      return await this.#redacting.redact(surrogates, this.#heads.heads());
    } finally {
      this.#pages.forget();
    }
  }

  isErased(surrogate: Uint8Array): Promise<boolean> {
    return this.#erased.has(surrogate);
  }

  status(): JournalStatus {
    const bytes = this.#bytesAtStart + this.#blocks.bytes;
    return { heads: this.#heads.heads(), bytes, full: this.#full };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue.idle();
    await Promise.all(this.#writers.map((writer) => writer.exclusively(() => Promise.resolve())));
    await this.#heads.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new RepriseError('UNAVAILABLE', 'the journal is closed: open it again');
  }

  #writer(partition: Partition): PartitionWriter {
    this.#heads.end(partition);
    return this.#writers[partition] as PartitionWriter;
  }

  #queuedRow({ partition, key, fact }: JournalEntry): QueuedRow {
    if (partition !== 'all') this.#heads.end(partition);
    if (key.length !== EVENT_KEY_BYTES) throw new RangeError('an event key is 16 bytes');
    return { partition, key, fact, body: encodeBody(fact) };
  }

  async #writeCovering(
    writer: PartitionWriter,
    rows: readonly (QueuedRow & { readonly partition: Partition })[],
    covers: CoveredOffsets,
  ): Promise<readonly Appended[]> {
    let next = (await writer.ready()).head + 1;
    const fresh: QueuedRow[] = [];
    const inBatch = new Map<string, Position>();
    const answers: Appended[] = [];
    for (const row of rows) {
      const name = binaryKey(row.key);
      const known =
        inBatch.get(name) ?? (writer.mayHave(row.key) ? await writer.find(row.key) : undefined);
      const position = known ?? { partition: row.partition, sequence: sequence(next) };
      answers.push({ positions: [position], duplicate: known !== undefined });
      if (known !== undefined) continue;
      inBatch.set(name, position);
      fresh.push(row);
      next += 1;
    }
    if (fresh.length === 0) return answers;
    assertOneBlock(fresh, this.#bounds);
    const bounds = { blockEventsMax: fresh.length, blockBytesMax: Infinity };
    await this.#watchingDisk(() => writer.write(fresh, { bounds, covers }));
    return answers;
  }

  /** Makes a group durable and answers its batches. */
  async #write(batches: readonly QueuedBatch[]): Promise<void> {
    try {
      const answers = await this.#holdingAll(() => this.#writeGroup(batches));
      batches.forEach((batch, i) => {
        batch.resolve(answers[i] ?? []);
      });
    } catch (error) {
      for (const batch of batches) batch.reject(error);
    }
  }

  /** Waits for every partition's turn, always in the same order. */
  async #holdingAll<T>(work: () => Promise<T>, from = 0): Promise<T> {
    const writer = this.#writers[from];
    if (writer === undefined) return work();
    return writer.exclusively(() => this.#holdingAll(work, from + 1));
  }

  async #writeGroup(batches: readonly QueuedBatch[]): Promise<readonly (readonly Appended[])[]> {
    const written = new Set<string>();
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#tryGroup(batches, written);
      } catch (error) {
        if (!hasCode(error, 'FENCED') || tries >= APPEND_TRIES_MAX) throw error;
      }
    }
  }

  async #tryGroup(
    batches: readonly QueuedBatch[],
    written: Set<string>,
  ): Promise<readonly (readonly Appended[])[]> {
    const heads: Sequence[] = [];
    for (const writer of this.#writers) heads.push((await writer.ready()).head);
    const find = async (key: EventKey): Promise<readonly Position[]> => {
      const found: Position[] = [];
      for (const writer of this.#writers) found.push(...arrayOf(await writer.find(key)));
      return found;
    };
    const { answers, rows } = await placeGroup(batches, { heads, find, written });
    for (const [partition, fresh] of rows.entries()) {
      if (fresh.length === 0) continue;
      const writer = this.#writer(partition);
      await this.#watchingDisk(() => writer.write(fresh, { bounds: this.#bounds }));
      for (const { key } of fresh) written.add(binaryKey(key));
    }
    return answers;
  }

  /** Remembers whether MongoDB's disk was full at the last write. */
  async #watchingDisk(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#full = false;
    } catch (error) {
      this.#full = hasCode(error, 'UNAVAILABLE') && error.fields['diskFull'] === true;
      throw error;
    }
  }
}

function arrayOf<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}

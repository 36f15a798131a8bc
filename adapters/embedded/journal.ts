import { BLOCK_BOUNDS } from '../../events/blocks/block-chain.ts';
import type { BlockBounds, ChainEnd } from '../../events/blocks/block-chain.ts';
import { encodeBody } from '../../events/blocks/block-content.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import { GENESIS } from '../../events/blocks/block-header.ts';
import { RepriseError } from '../../events/error.ts';
import { EVENT_KEY_BYTES } from '../../events/event-key.ts';
import type {
  Appended,
  EventKey,
  JournalEntry,
  JournalStatus,
  RedactedEvents,
  RedactingJournal,
} from '../../events/journal.ts';
import { IDEMPOTENCY_BOUNDS } from '../../events/idempotency-bounds.ts';
import type { IdempotencyBounds } from '../../events/idempotency-bounds.ts';
import { PARTITIONS_MAX } from '../../events/partition-of.ts';
import { ORIGIN } from '../../events/position.ts';
import type { Partition, Position, Sequence } from '../../events/position.ts';
import { binaryKey } from '../../events/binary-key.ts';
import type { Surrogate } from '../../events/fact.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';
import { prepareGroup } from './lmdb/lmdb-append-group.ts';
import type { AppendGroup } from './lmdb/lmdb-append-group.ts';
import { APPEND_QUEUE_BOUNDS, AppendQueue } from '../../events/append-queue.ts';
import type { AppendQueueBounds, QueuedBatch, QueuedRow } from '../../events/append-queue.ts';
import { blockKey } from './lmdb/lmdb-block-keys.ts';
import { BlockStore } from './lmdb/lmdb-blocks.ts';
import { openEnvironment } from './lmdb/lmdb-environment.ts';
import type { LmdbEnvironment, LmdbOptions, LmdbTable } from './lmdb/lmdb-environment.ts';
import { Followers } from '../../events/followers.ts';
import { Idempotency } from './lmdb/lmdb-idempotency.ts';
import { countEvents, RedactedCopy } from './lmdb/lmdb-redacting.ts';
import { copyTable, openDraft, removeDraft, syncDraft, takeDraft } from './lmdb/lmdb-rewriting.ts';

/** Every bound of a journal. */
export type JournalBounds = AppendQueueBounds & BlockBounds & IdempotencyBounds;

/** The usual bounds of a journal. */
export const JOURNAL_BOUNDS: JournalBounds = {
  ...APPEND_QUEUE_BOUNDS,
  ...BLOCK_BOUNDS,
  ...IDEMPOTENCY_BOUNDS,
};

/** How to open a journal. */
export interface JournalOptions {
  /** A folder of its own. */
  readonly folder: string;
  /** Fixed when the journal is made; another number is refused with CONFLICT later. */
  readonly partitions: number;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly bounds?: Partial<JournalBounds>;
  /** Told of every group of appends once it is durable. */
  readonly onCommitted?: ((bytes: number) => void) | undefined;
  /** Opens the environment; another one than LMDB's own lets a test make writes fail. */
  readonly openStore?: (options: LmdbOptions) => LmdbEnvironment;
}

const TABLES_MAX = 6;
const PARTITIONS_KEY = Buffer.from('partitions');

function placeOf(folder: string): LmdbOptions {
  return { folder, tablesMax: TABLES_MAX, name: 'the journal' };
}

/**
 * The journal of the embedded profile. A redaction writes it anew once for all users that are named, so that no byte of
 * theirs stays in the file; appends wait while its end is written.
 */
export type EmbeddedJournal = RedactingJournal;

/**
 * Opens the journal in a folder, made where it is missing. An append is acknowledged after its transaction is flushed;
 * an event key is recognised within {@link IDEMPOTENCY_BOUNDS}; a failed write is UNAVAILABLE and changes nothing.
 */
export async function openJournal(options: JournalOptions): Promise<EmbeddedJournal> {
  const { folder, partitions, clock, onCommitted } = options;
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > PARTITIONS_MAX) {
    throw new RepriseError('INVALID', `partitions must be from 1 to ${String(PARTITIONS_MAX)}`);
  }
  const openStore = options.openStore ?? openEnvironment;
  // What a redaction that was cut off has left.
  removeDraft(folder);
  const environment = openStore(placeOf(folder));
  try {
    await fixPartitions(environment, partitions);
    const bounds = { ...JOURNAL_BOUNDS, ...options.bounds };
    const journal = new LmdbJournal(environment, {
      ...{ folder, partitions, clock, bounds, onCommitted },
    });
    await journal.load();
    return journal;
  } catch (error) {
    await environment.close();
    throw error;
  }
}

async function fixPartitions(environment: LmdbEnvironment, partitions: number): Promise<void> {
  const meta = environment.table('meta');
  const stored = meta.get(PARTITIONS_KEY);
  if (stored === undefined) {
    const value = Buffer.from(String(partitions));
    await environment.commit((writer) => {
      writer.put(meta, PARTITIONS_KEY, value);
    });
    return;
  }
  const fixed = Buffer.from(stored).toString();
  if (fixed !== String(partitions)) {
    throw new RepriseError(
      'CONFLICT',
      `the journal was made with ${fixed} partitions, not ${String(partitions)}: open it with ${fixed}`,
    );
  }
}

function yieldNow(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

class LmdbJournal implements EmbeddedJournal {
  readonly partitions: number;
  readonly #place: LmdbOptions;
  #environment: LmdbEnvironment;
  readonly #clock: () => number;
  readonly #onCommitted: JournalOptions['onCommitted'];
  readonly #bounds: JournalBounds;
  #blocks: BlockStore;
  #erased: LmdbTable;
  readonly #queue: AppendQueue;
  #idempotency: Idempotency;
  readonly #followers = new Followers();
  readonly #heads: Sequence[];
  #ends: readonly ChainEnd[];
  #closed = false;
  /** The commit under way. */
  #writing: Promise<void> = Promise.resolve();
  /** Set while nothing is written: the end of the journal is copied. */
  #pause: Promise<void> | undefined;
  /** Set while another file takes the place of the one that was read: whoever reads waits for it. */
  #swapping: Promise<void> | undefined;
  #redacting: Promise<unknown> = Promise.resolve();

  constructor(
    environment: LmdbEnvironment,
    options: Omit<JournalOptions, 'bounds' | 'openStore'> & { readonly bounds: JournalBounds },
  ) {
    this.partitions = options.partitions;
    this.#environment = environment;
    this.#place = placeOf(options.folder);
    this.#clock = options.clock;
    this.#onCommitted = options.onCommitted;
    this.#bounds = options.bounds;
    this.#blocks = new BlockStore(environment, options.folder);
    this.#erased = environment.table('erased');
    this.#ends = Array.from({ length: options.partitions }, (_, p) => this.#blocks.end(p));
    this.#heads = this.#ends.map(({ head }) => head);
    this.#idempotency = this.#newIdempotency();
    this.#queue = new AppendQueue(options.bounds, (group) => this.#write(group));
  }

  /** Builds the idempotency index, letting other work run in between. */
  load(): Promise<void> {
    return this.#idempotency.load(yieldNow);
  }

  async append(entries: readonly JournalEntry[]): Promise<readonly Appended[]> {
    if (this.#closed) throw new RepriseError('UNAVAILABLE', 'the journal is closed: open it again');
    if (entries.length === 0) return [];
    return this.#queue.add(entries.map((entry) => this.#queuedRow(entry)));
  }

  head(partition: Partition): Sequence {
    const head = this.#heads[partition];
    if (head === undefined) {
      throw new RepriseError(
        'INVALID',
        `partition ${String(partition)} is unknown: there are ${String(this.partitions)}, from 0 on`,
        { partition },
      );
    }
    return head;
  }

  async read(partition: Partition, after: Sequence): Promise<EventBlock | undefined> {
    const head = this.head(partition);
    if (after >= head) return undefined;
    if (this.#swapping !== undefined) await this.#swapping;
    return Promise.resolve(this.#blocks.read(partition, after, head));
  }

  async chainHash(partition: Partition, at: Sequence): Promise<string> {
    if (this.#swapping !== undefined) await this.#swapping;
    const hash = at === ORIGIN ? GENESIS : this.#blocks.hashAt(partition, at);
    return Promise.resolve(Buffer.from(hash).toString('hex'));
  }

  async changed(partition: Partition, after: Sequence, signal: AbortSignal): Promise<void> {
    if (this.head(partition) > after) return;
    await this.#followers.wait(partition, after, signal);
  }

  async find(key: EventKey): Promise<readonly Position[] | undefined> {
    if (this.#swapping !== undefined) await this.#swapping;
    return Promise.resolve(this.#idempotency.find(key));
  }

  async isErased(surrogate: Uint8Array): Promise<boolean> {
    if (this.#swapping !== undefined) await this.#swapping;
    return Promise.resolve(this.#erased.get(surrogate) !== undefined);
  }

  status(): JournalStatus {
    const { full } = this.#environment;
    return { heads: [...this.#heads], bytes: this.#environment.bytes(), full };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#redacting.catch(() => undefined);
    await this.#queue.idle();
    this.#followers.wakeAll();
    await this.#environment.close();
  }

  #queuedRow({ partition, key, fact }: JournalEntry): QueuedRow {
    if (partition !== 'all') this.head(partition);
    if (key.length !== EVENT_KEY_BYTES) throw new RangeError('an event key is 16 bytes');
    return { partition, key, fact, body: encodeBody(fact) };
  }

  redact(surrogates: readonly Surrogate[]): Promise<RedactedEvents> {
    const users = new Set(surrogates.map((each) => binaryKey(surrogateToBytes(each))));
    const redacting = this.#redacting.then(() => this.#redact(users));
    this.#redacting = redacting.catch(() => undefined);
    return redacting;
  }

  async #redact(users: ReadonlySet<string>): Promise<RedactedEvents> {
    const check = (): void => {
      if (this.#closed)
        throw new RepriseError('UNAVAILABLE', 'the journal is closed: open it again');
    };
    const blocks = this.#blocks;
    const found = await countEvents({ blocks, users, check }, this.#heads);
    if (found.events === 0) return found;
    const to = await openDraft(this.#place);
    let resume: (() => void) | undefined;
    try {
      try {
        const from = this.#environment;
        const copy = new RedactedCopy({ blocks, from, to, users, timeMs: this.#clock(), check });
        await copy.copyBlocks([...this.#heads]);
        this.#pause = new Promise((resolve) => {
          resume = resolve;
        });
        await this.#writing;
        await copy.copyBlocks(this.#heads);
        await copy.copyKeys();
        for (const name of ['meta', 'erased']) await copyTable(from, to, name);
      } finally {
        await to.close();
      }
      await syncDraft(this.#place);
      this.#swapping = this.#swap();
      await this.#swapping;
    } catch (error) {
      removeDraft(this.#place.folder);
      throw error;
    } finally {
      this.#pause = undefined;
      resume?.();
    }
    return found;
  }

  async #swap(): Promise<void> {
    this.#environment = await takeDraft(this.#environment, this.#place);
    this.#blocks = new BlockStore(this.#environment, this.#place.folder);
    this.#erased = this.#environment.table('erased');
    this.#idempotency = this.#newIdempotency();
    await this.#idempotency.load(yieldNow);
    this.#swapping = undefined;
  }

  #newIdempotency(): Idempotency {
    return new Idempotency({
      environment: this.#environment,
      blocks: this.#blocks,
      heads: this.#heads,
      clock: this.#clock,
      bounds: this.#bounds,
    });
  }

  async #write(batches: readonly QueuedBatch[]): Promise<void> {
    while (this.#pause !== undefined) await this.#pause;
    this.#writing = this.#writeGroup(batches);
    await this.#writing;
  }

  /** Makes a group durable and answers its batches. */
  async #writeGroup(batches: readonly QueuedBatch[]): Promise<void> {
    try {
      const appendTimeMs = this.#clock();
      const find = (key: EventKey): readonly Position[] | undefined => this.#idempotency.find(key);
      // Groups are written one after the other, so nothing changes while this one lets other work run.
      const group = await prepareGroup(batches, {
        ends: this.#ends,
        find,
        bounds: this.#bounds,
        appendTimeMs,
        yieldNow,
      });
      if (group.blocks.length > 0) await this.#commit(group, appendTimeMs);
      batches.forEach((batch, i) => {
        batch.resolve(group.answers[i] ?? []);
      });
    } catch (error) {
      this.#idempotency.discard();
      for (const batch of batches) batch.reject(error);
    }
  }

  async #commit(group: AppendGroup, appendTimeMs: number): Promise<void> {
    for (const { row, position } of group.placed) this.#idempotency.stage(row.key, position);
    const heads = group.ends.map(({ head }) => head);
    let settle: (() => void) | undefined;
    await this.#environment.commit((writer) => {
      for (const { partition, firstSequence, header, content } of group.blocks) {
        this.#blocks.put(writer, partition, firstSequence, header, content);
      }
      for (const { row, position } of group.placed) {
        if (row.fact.kind !== 'UserErased') continue;
        const at = blockKey(position.partition, position.sequence);
        writer.put(this.#erased, surrogateToBytes(row.fact.user), at);
      }
      settle = this.#idempotency.write(writer, heads, appendTimeMs);
    });
    this.#ends = group.ends;
    heads.forEach((head, partition) => {
      this.#heads[partition] = head;
    });
    settle?.();
    this.#onCommitted?.(
      group.blocks.reduce((sum, { header, content }) => sum + header.length + content.length, 0),
    );
    this.#followers.wake((partition) => this.#heads[partition] ?? ORIGIN);
  }
}

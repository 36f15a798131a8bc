import type { Collection } from 'mongodb';
import type { ChainEnd, NewBlock } from '../../../events/blocks/block-chain.ts';
import { decodeContent } from '../../../events/blocks/block-codec.ts';
import { GENESIS, decodeHeader, sameBytes } from '../../../events/blocks/block-header.ts';
import type { BlockHeader } from '../../../events/blocks/block-header.ts';
import type { EventBlock } from '../../../events/blocks/block.ts';
import { RepriseError, hasCode } from '../../../events/error.ts';
import { ORIGIN, formatPosition, sequence } from '../../../events/position.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import { decodeRedaction, redactedHeader } from '../../../events/redaction.ts';
import type { Redaction } from '../../../events/redaction.ts';
import { BlockInserts } from './block-inserts.ts';
import { HeardBlocks, headerOf } from '../heard-blocks.ts';
import type { AppendedBlock } from '../heard-blocks.ts';
import type { MongoConnection } from './mongo.ts';

/** A block as a document: id, header, content and the transport offsets covered are written at once. */
export interface BlockDocument {
  /** {@link blockId}. */
  readonly _id: string;
  readonly count: number;
  readonly header: Uint8Array;
  readonly content: Uint8Array;
  /** The offsets that this block covers; null where it was not fed from a transport. */
  readonly covers: { readonly from: number; readonly to: number } | null;
  /** The first transport offset of the partition that neither this block nor one before covers. */
  readonly uncovered: number;
  /** Surrogates that the block erases, hex; absent where there are none. */
  readonly erased?: readonly string[];
  /** Proves the content where events of the block were blanked; absent where none were. */
  readonly redaction?: Uint8Array;
}

/** The end of a partition's chain, with the block that it ends in. */
export interface StoredEnd extends ChainEnd {
  /** The first sequence of the last block; ORIGIN where there is none. */
  readonly firstSequence: Sequence;
  readonly uncovered: number;
}

/** The end of a chain without blocks. */
export const EMPTY_END: StoredEnd = {
  head: ORIGIN,
  hash: GENESIS,
  firstSequence: ORIGIN,
  uncovered: 0,
};

/** A block as it was read and verified. */
export interface ReadBlock {
  readonly header: BlockHeader;
  readonly block: EventBlock;
}

/** A block with the document that it was read from, past all that was told. */
export interface StoredBlock extends ReadBlock {
  readonly document: BlockDocument;
  readonly redaction: Redaction | undefined;
}

type HeaderDocument = Omit<BlockDocument, 'content'>;

const WITHOUT_CONTENT = { content: 0 } as const;
/** Blocks of one answer of the server. */
const PAGE_BLOCKS = 64;

/** Writes the id of a block, so that the order of text is the order of partitions and sequences. */
export function blockId(partition: Partition, firstSequence: number): string {
  const digits = String(firstSequence).padStart(15, '0');
  return `${String(partition).padStart(5, '0')}:${digits}`;
}

/** The journal's block documents: written under their ids, verified when read. */
export class MongoBlocks {
  readonly #connection: MongoConnection;
  readonly #collection: Collection<BlockDocument>;
  readonly #inserts: BlockInserts;
  readonly #heard = new HeardBlocks();
  #bytes = 0;

  constructor(connection: MongoConnection, collection: Collection<BlockDocument>) {
    this.#connection = connection;
    this.#collection = collection;
    this.#inserts = new BlockInserts(collection);
  }

  /** Bytes of the blocks that were written or heard of since this was made. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Writes a block; false where another one has its id. */
  async insert(
    block: NewBlock,
    rest: Omit<BlockDocument, '_id' | 'header' | 'content'>,
  ): Promise<boolean> {
    const { partition, firstSequence, header, content } = block;
    const document = { _id: blockId(partition, firstSequence), header, content, ...rest };
    const isWritten = await this.#connection.run(() => this.#inserts.add(document));
    if (isWritten) this.#bytes += header.length + content.length;
    return isWritten;
  }

  /** Keeps a block that another process told of, for whoever reads it next. */
  hear(block: AppendedBlock): void {
    const header = headerOf(block);
    if (header === undefined) return;
    this.#heard.put(blockId(header.partition, header.firstSequence), block);
  }

  /** Forgets what was told: the store may hold another chain. */
  forgetHeard(): void {
    this.#heard.clear();
  }

  /** Takes back a block that was written after one that is gone. */
  async remove({ partition, firstSequence, header }: NewBlock): Promise<void> {
    const own = { _id: blockId(partition, firstSequence), header };
    await this.#connection.run(() => this.#collection.deleteOne(own));
  }

  /** Where a partition's chain ends. */
  async end(partition: Partition): Promise<StoredEnd> {
    return endOf(await this.#lastHeader(partition, Number.MAX_SAFE_INTEGER)) ?? EMPTY_END;
  }

  /** The ends that follow these by one block, by partition: one look-up by id for all. */
  async following(
    ends: ReadonlyMap<Partition, StoredEnd>,
  ): Promise<ReadonlyMap<Partition, StoredEnd>> {
    const ids = [...ends].map(([partition, { head }]) => blockId(partition, head + 1));
    const documents = await this.#connection.run(() =>
      this.#collection.find({ _id: { $in: ids } }, { projection: WITHOUT_CONTENT }).toArray(),
    );
    const found = new Map<Partition, StoredEnd>();
    for (const document of documents) {
      const stored = this.#stored(document);
      const before = ends.get(stored.header.partition);
      if (before !== undefined) this.checkLink(stored.header, before.hash);
      const end = endOf(stored);
      if (end === undefined) continue;
      found.set(stored.header.partition, end);
      this.#bytes += document.header.length + stored.header.contentLength;
    }
    return found;
  }

  /** Tells whether the block that a chain ended in still stands; a chain without blocks does. */
  async stands(partition: Partition, end: StoredEnd): Promise<boolean> {
    if (end.head === ORIGIN) return true;
    const _id = blockId(partition, end.firstSequence);
    const document = await this.#connection.run(() =>
      this.#collection.findOne({ _id }, { projection: WITHOUT_CONTENT }),
    );
    return document !== null && sameBytes(this.#stored(document).header.hash, end.hash);
  }

  /** The block with this first sequence, undefined where there is none. */
  async at(partition: Partition, firstSequence: number): Promise<ReadBlock | undefined> {
    const heard = this.#heardAt(partition, firstSequence);
    if (heard !== undefined) return heard;
    const _id = blockId(partition, firstSequence);
    const document = await this.#connection.run(() => this.#collection.findOne({ _id }));
    return document === null ? undefined : this.#decode(document);
  }

  /** A block as it was told, verified as one that was stored is; undefined where the store has to be read. */
  #heardAt(partition: Partition, firstSequence: number): ReadBlock | undefined {
    const id = blockId(partition, firstSequence);
    const told = this.#heard.get(id);
    const header = told && headerOf(told);
    if (told?.content === undefined || header === undefined) return undefined;
    try {
      return { header, block: decodeContent(header, told.content) };
    } catch {
      this.#heard.drop(id);
      return undefined;
    }
  }

  /** The blocks that were told from a sequence on, one after the other. */
  #heardFrom(partition: Partition, from: number, to: number, limit: number): readonly ReadBlock[] {
    const run: ReadBlock[] = [];
    for (let next = from; next <= to && run.length < limit;) {
      const heard = this.#heardAt(partition, next);
      if (heard === undefined) break;
      run.push(heard);
      next += heard.header.count;
    }
    return run;
  }

  /** The block that holds a sequence, its link to the one before checked. */
  async holding(partition: Partition, wanted: number): Promise<ReadBlock> {
    const { firstSequence, previous } = await this.#headerHolding(partition, wanted);
    const found = await this.at(partition, firstSequence);
    if (found === undefined) {
      throw this.#damage(partition, firstSequence, 'the content of a block is missing');
    }
    this.checkLink(found.header, previous);
    return found;
  }

  /** The hash of the block that holds a sequence, its link to the one before checked. */
  async hashAt(partition: Partition, at: Sequence): Promise<Uint8Array> {
    return (await this.#headerHolding(partition, at)).hash;
  }

  async #headerHolding(partition: Partition, wanted: number): Promise<BlockHeader> {
    const last = await this.#lastHeader(partition, wanted);
    if (last === undefined || last.header.firstSequence + last.header.count <= wanted) {
      throw this.#damage(partition, wanted, 'the event is missing: there is a gap');
    }
    const { firstSequence } = last.header;
    const before =
      firstSequence === 0 ? undefined : await this.#lastHeader(partition, firstSequence - 1);
    if (firstSequence > 0 && before === undefined) {
      throw this.#damage(partition, firstSequence, 'the block before is missing');
    }
    this.checkLink(last.header, before?.header.hash ?? GENESIS);
    return last.header;
  }

  /** The first blocks that start in a range, in order, at most so many; links are the caller's to check. */
  async page(
    partition: Partition,
    from: number,
    to: number,
    limit: number,
  ): Promise<readonly ReadBlock[]> {
    const heard = this.#heardFrom(partition, from, to, limit);
    return heard.length > 0 ? heard : this.storedPage(partition, from, to, limit);
  }

  /** The same as the store has them, and nothing that was only told. */
  async storedPage(
    partition: Partition,
    from: number,
    to: number,
    limit: number,
  ): Promise<readonly StoredBlock[]> {
    const range = { $gte: blockId(partition, from), $lte: blockId(partition, to) };
    const documents = await this.#connection.run(() =>
      this.#collection
        .find({ _id: range })
        .sort({ _id: 1 })
        .limit(limit)
        .batchSize(limit)
        .toArray(),
    );
    return documents.map((document) => this.#decode(document));
  }

  /** The blocks of a chain from its end back to the first, every link checked. */
  async *backwards(
    partition: Partition,
    end: StoredEnd,
  ): AsyncGenerator<ReadBlock, void, undefined> {
    if (end.head === ORIGIN) return;
    const range = { $gte: blockId(partition, 0), $lte: blockId(partition, end.firstSequence) };
    const cursor = this.#collection.find({ _id: range }).sort({ _id: -1 }).batchSize(PAGE_BLOCKS);
    let wanted: { readonly head: number; readonly hash: Uint8Array } = end;
    try {
      while (wanted.head >= 0) {
        const document = await this.#connection.run(() => cursor.next());
        const read = document === null ? undefined : this.#decode(document);
        if (read === undefined || lastOf(read.header) !== wanted.head) {
          throw this.#damage(partition, wanted.head, 'the event is missing: there is a gap');
        }
        if (!sameBytes(read.header.hash, wanted.hash)) throw this.#brokenLink(read.header);
        yield read;
        wanted = { head: read.header.firstSequence - 1, hash: read.header.previous };
      }
    } finally {
      await this.#connection.run(() => cursor.close());
    }
  }

  /** Throws DAMAGED where a block does not follow the header with this hash. */
  checkLink(header: BlockHeader, previous: Uint8Array): void {
    if (!sameBytes(header.previous, previous)) throw this.#brokenLink(header);
  }

  /** The last header of a partition whose first sequence is not past a sequence. */
  async #lastHeader(
    partition: Partition,
    firstSequenceMax: number,
  ): Promise<StoredHeader | undefined> {
    const upTo = Math.min(firstSequenceMax, 10 ** 15 - 1);
    const range = { $gte: blockId(partition, 0), $lte: blockId(partition, upTo) };
    const [document] = await this.#connection.run(() =>
      this.#collection
        .find({ _id: range }, { projection: WITHOUT_CONTENT })
        .sort({ _id: -1 })
        .limit(1)
        .toArray(),
    );
    return document === undefined ? undefined : this.#stored(document);
  }

  #stored(document: HeaderDocument): StoredHeader {
    const { partition, firstSequence } = placeOf(document._id);
    const header = this.#guard(partition, firstSequence, () => decodeHeader(document.header));
    if (header.partition !== partition || header.firstSequence !== firstSequence) {
      throw this.#damage(partition, firstSequence, 'a block stands in the place of another');
    }
    return { header, uncovered: document.uncovered };
  }

  #decode(document: BlockDocument): StoredBlock {
    const { header } = this.#stored(document);
    // A copy starts aligned, and does not keep the whole answer of the server in memory.
    const content = new Uint8Array(document.content);
    return this.#guard(header.partition, header.firstSequence, () => {
      const redaction = document.redaction && decodeRedaction(document.redaction, header);
      const proof = redaction ? redactedHeader(header, redaction) : header;
      return { header, block: decodeContent(proof, content), document, redaction };
    });
  }

  /** Says where a block is damaged, which the codec does not know. */
  #guard<T>(partition: Partition, firstSequence: number, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (!hasCode(error, 'DAMAGED') || error.fields['position'] !== undefined) throw error;
      throw this.#damage(partition, firstSequence, error.message, error);
    }
  }

  #brokenLink({ partition, firstSequence }: BlockHeader): RepriseError {
    const reason =
      'the chain does not hold: the block before is not the one that it was written after';
    return this.#damage(partition, firstSequence, reason);
  }

  #damage(partition: Partition, at: number, reason: string, cause?: unknown): RepriseError {
    const position = formatPosition({ partition, sequence: sequence(at) });
    const { namespace } = this.#collection;
    return new RepriseError(
      'DAMAGED',
      `the journal is damaged at ${position}: ${reason}; stop, and restore ${namespace} of MongoDB from a backup`,
      { position },
      cause,
    );
  }
}

interface StoredHeader {
  readonly header: BlockHeader;
  readonly uncovered: number;
}

function placeOf(id: string): { readonly partition: Partition; readonly firstSequence: number } {
  return { partition: Number(id.slice(0, 5)), firstSequence: Number(id.slice(6)) };
}

function lastOf({ firstSequence, count }: BlockHeader): number {
  return firstSequence + count - 1;
}

function endOf(stored: StoredHeader | undefined): StoredEnd | undefined {
  if (stored === undefined) return undefined;
  const { header, uncovered } = stored;
  const { firstSequence, hash } = header;
  return { head: sequence(lastOf(header)), hash, firstSequence, uncovered };
}

import type { ChainEnd } from '../../../events/blocks/block-chain.ts';
import type { EventBlock } from '../../../events/blocks/block.ts';
import { decodeContent } from '../../../events/blocks/block-codec.ts';
import { GENESIS, decodeHeader, sameBytes } from '../../../events/blocks/block-header.ts';
import type { BlockHeader } from '../../../events/blocks/block-header.ts';
import { decodeRedaction, redactedHeader } from '../../../events/redaction.ts';
import type { Redaction } from '../../../events/redaction.ts';
import { RepriseError, hasCode } from '../../../events/error.ts';
import { mergeBlocks } from '../../../events/blocks/merged-block.ts';
import { ORIGIN, formatPosition, sequence } from '../../../events/position.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import { blockKey, parseBlockKey } from './lmdb-block-keys.ts';
import type { LmdbEnvironment, LmdbTable, LmdbWriter } from './lmdb-environment.ts';

/** The most rows that small blocks are read together up to. */
export const READ_ROWS_MAX = 4096;
/** A block of so many rows is long enough to be read alone: merging copies it for nothing. */
const LONG_BLOCK_ROWS = 1024;
/** The most blocks that are read together, so that one read never holds the event loop for long. */
export const READ_BLOCKS_MAX = 64;
/** How many ends of recent reads are remembered: each lets one reader go on without a search. */
const READERS_MAX = 64;

/** What a read gave: blocks never change, so it is what the same read gives again. */
interface LastRead {
  readonly after: Sequence;
  readonly head: Sequence;
  readonly block: EventBlock;
}

/** A block with the header that it has in the chain, and the redaction of its content where there is one. */
export interface StoredHere {
  readonly header: BlockHeader;
  readonly redaction: Redaction | undefined;
  readonly block: EventBlock;
}

/** Reads a journal's stored blocks, checking every checksum and every link of the chain. */
export class BlockStore {
  readonly #folder: string;
  readonly #headers: LmdbTable;
  readonly #contents: LmdbTable;
  /** What proves contents that were redacted, by the key of their block. */
  readonly #redactions: LmdbTable;
  /** Hash of the last header of a read by partition and next sequence. */
  readonly #ends = new Map<string, Uint8Array>();
  /** The last read, which several followers of one partition ask for one after the other. */
  #last: LastRead | undefined;

  constructor(environment: LmdbEnvironment, folder: string) {
    this.#folder = folder;
    this.#headers = environment.table('headers');
    this.#contents = environment.table('contents');
    this.#redactions = environment.table('redactions');
  }

  /** Puts a block into a transaction. */
  put(
    writer: LmdbWriter,
    partition: Partition,
    firstSequence: Sequence,
    header: Uint8Array,
    content: Uint8Array,
  ): void {
    const key = blockKey(partition, firstSequence);
    writer.put(this.#headers, key, header);
    writer.put(this.#contents, key, content);
  }

  /** Where a partition's chain ends. */
  end(partition: Partition): ChainEnd {
    const last = this.#lastHeader(partition, 2 ** 48 - 1);
    if (last === undefined) return { head: ORIGIN, hash: GENESIS };
    return { head: sequence(last.firstSequence + last.count - 1), hash: last.hash };
  }

  /** The one block that holds `after + 1`, which must exist, as it is stored. */
  stored(partition: Partition, after: Sequence): StoredHere {
    return this.#guard(partition, after + 1, () => {
      const header = this.#search(partition, after + 1);
      return {
        header,
        redaction: this.#redaction(header),
        block: this.#content(header),
      };
    });
  }

  /** The block that holds `after + 1`, which must exist, with the small ones that follow it up to the head. */
  read(partition: Partition, after: Sequence, head: Sequence): EventBlock {
    const last = this.#last;
    if (last?.after === after && last.head === head && last.block.partition === partition) {
      return last.block;
    }
    const block = this.#guard(partition, after + 1, () => this.#read(partition, after + 1, head));
    this.#last = { after, head, block };
    return block;
  }

  /** The hash of the block that holds a sequence, its link to the one before checked. */
  hashAt(partition: Partition, at: Sequence): Uint8Array {
    return this.#search(partition, at).hash;
  }

  #read(partition: Partition, wanted: number, head: Sequence): EventBlock {
    const known = this.#ends.get(endName(partition, wanted));
    const first =
      known === undefined
        ? this.#search(partition, wanted)
        : this.#header(partition, wanted, known);
    const blocks: EventBlock[] = [this.#content(first)];
    let rows = first.count;
    let last = first;
    while (last.count < LONG_BLOCK_ROWS && blocks.length < READ_BLOCKS_MAX) {
      if (last.firstSequence + last.count > head) break;
      const next = this.#following(last);
      if (next === undefined || next.count >= LONG_BLOCK_ROWS) break;
      if (rows + next.count > READ_ROWS_MAX) break;
      blocks.push(this.#content(next));
      rows += next.count;
      last = next;
    }
    this.#remember(partition, last.firstSequence + last.count, last.hash);
    return mergeBlocks(blocks);
  }

  /** The header of the block that holds a sequence, its link to the one before checked. */
  #search(partition: Partition, wanted: number): BlockHeader {
    const header = this.#lastHeader(partition, wanted);
    if (header === undefined || header.firstSequence + header.count <= wanted) {
      throw this.#damage(partition, wanted, 'the event is missing: there is a gap');
    }
    const before =
      header.firstSequence === 0
        ? undefined
        : this.#lastHeader(partition, header.firstSequence - 1);
    if (header.firstSequence > 0 && before === undefined) {
      throw this.#damage(partition, header.firstSequence, 'the block before is missing');
    }
    this.#checkLink(header, before?.hash ?? GENESIS);
    return header;
  }

  /** The last header of a partition whose first sequence is not past a sequence. */
  #lastHeader(partition: Partition, firstSequenceMax: number): BlockHeader | undefined {
    const start = blockKey(partition, firstSequenceMax);
    const [entry] = this.#headers.range({ start, reverse: true, limit: 1 });
    if (entry === undefined) return undefined;
    const place = parseBlockKey(entry.key);
    if (place.partition !== partition) return undefined;
    return this.#decodeHeader(partition, place.firstSequence, entry.value);
  }

  #following(header: BlockHeader): BlockHeader | undefined {
    const next = header.firstSequence + header.count;
    const stored = this.#headers.get(blockKey(header.partition, next));
    if (stored === undefined) return undefined;
    const following = this.#decodeHeader(header.partition, next, stored);
    this.#checkLink(following, header.hash);
    return following;
  }

  #header(partition: Partition, firstSequence: number, previous: Uint8Array): BlockHeader {
    const stored = this.#headers.get(blockKey(partition, firstSequence));
    if (stored === undefined) {
      throw this.#damage(partition, firstSequence, 'the event is missing: there is a gap');
    }
    const header = this.#decodeHeader(partition, firstSequence, stored);
    this.#checkLink(header, previous);
    return header;
  }

  #decodeHeader(partition: Partition, firstSequence: number, stored: Uint8Array): BlockHeader {
    const header = this.#guard(partition, firstSequence, () => decodeHeader(stored));
    if (header.partition !== partition || header.firstSequence !== firstSequence) {
      throw this.#damage(partition, firstSequence, 'a block stands in the place of another');
    }
    return header;
  }

  #checkLink(header: BlockHeader, previous: Uint8Array): void {
    if (!sameBytes(header.previous, previous)) {
      throw this.#damage(
        header.partition,
        header.firstSequence,
        'the chain does not hold: the block before is not the one that it was written after',
      );
    }
  }

  #content(header: BlockHeader): EventBlock {
    const { partition, firstSequence } = header;
    const stored = this.#contents.get(blockKey(partition, firstSequence));
    if (stored === undefined) {
      throw this.#damage(partition, firstSequence, 'the content of a block is missing');
    }
    return this.#guard(partition, firstSequence, () => {
      const redaction = this.#redaction(header);
      return decodeContent(redaction ? redactedHeader(header, redaction) : header, stored);
    });
  }

  #redaction(header: BlockHeader): Redaction | undefined {
    const stored = this.#redactions.get(blockKey(header.partition, header.firstSequence));
    return stored && decodeRedaction(stored, header);
  }

  #remember(partition: Partition, next: number, hash: Uint8Array): void {
    const name = endName(partition, next);
    this.#ends.delete(name);
    this.#ends.set(name, hash);
    if (this.#ends.size <= READERS_MAX) return;
    const [oldest] = this.#ends.keys();
    if (oldest !== undefined) this.#ends.delete(oldest);
  }

  /** Says where a block is damaged, which neither the codec nor LMDB knows. */
  #guard<T>(partition: Partition, firstSequence: number, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (!hasCode(error, 'DAMAGED') || error.fields['position'] !== undefined) throw error;
      throw this.#damage(partition, firstSequence, error.message, error);
    }
  }

  #damage(
    partition: Partition,
    firstSequence: number,
    reason: string,
    cause?: unknown,
  ): RepriseError {
    const position = formatPosition({ partition, sequence: sequence(firstSequence) });
    return new RepriseError(
      'DAMAGED',
      `the journal is damaged at ${position}: ${reason}; stop, and restore ${this.#folder} from a backup`,
      { position },
      cause,
    );
  }
}

function endName(partition: Partition, next: number): string {
  return `${String(partition)}:${String(next)}`;
}

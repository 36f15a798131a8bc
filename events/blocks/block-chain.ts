import { encodeBlock } from './block-codec.ts';
import type { StoredBlock } from './block-codec.ts';
import type { BlockRow } from './block-content.ts';
import { sequence } from '../position.ts';
import type { Partition, Sequence } from '../position.ts';

/** Bounds of a stored block. */
export interface BlockBounds {
  readonly blockEventsMax: number;
  /** Bytes of sealed context and payloads; one event alone may have more. */
  readonly blockBytesMax: number;
}

/** The usual bounds of a stored block. */
export const BLOCK_BOUNDS: BlockBounds = { blockEventsMax: 4096, blockBytesMax: 1024 * 1024 };

/** The end of a partition's chain. */
export interface ChainEnd {
  readonly head: Sequence;
  readonly hash: Uint8Array;
}

/** A row whose body is encoded already. */
export interface EncodedRow extends BlockRow {
  readonly body: Uint8Array;
}

/** A block that is ready to be written. */
export interface NewBlock extends StoredBlock {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
}

/** The blocks that continue a chain, and where it ends after them. */
export interface Chain {
  readonly blocks: readonly NewBlock[];
  readonly end: ChainEnd;
}

/** What a chain is encoded with. */
export interface ChainContext {
  readonly bounds: BlockBounds;
  readonly appendTimeMs: number;
  /** Lets other work run before a large block. */
  readonly yieldNow: () => Promise<void>;
}

/** A block of fewer rows never waits. */
const SLICE_ROWS_MAX = 1_024;

/** Encodes rows as blocks within the bounds, each after the one before. */
export async function encodeChain(
  rows: readonly EncodedRow[],
  partition: Partition,
  from: ChainEnd,
  { bounds, appendTimeMs, yieldNow }: ChainContext,
): Promise<Chain> {
  let end = from;
  const blocks: NewBlock[] = [];
  for (const piece of cut(rows, bounds)) {
    if (piece.length >= SLICE_ROWS_MAX) await yieldNow();
    const firstSequence = sequence(end.head + 1);
    const block = encodeBlock(piece, { partition, firstSequence, appendTimeMs }, end.hash);
    end = { head: sequence(end.head + piece.length), hash: block.hash };
    blocks.push({ partition, firstSequence, header: block.header, content: block.content });
  }
  return { blocks, end };
}

/** Cuts rows into pieces within the bounds of a block. */
function cut(rows: readonly EncodedRow[], bounds: BlockBounds): readonly (readonly EncodedRow[])[] {
  const pieces: (readonly EncodedRow[])[] = [];
  let start = 0;
  let bytes = 0;
  rows.forEach((row, i) => {
    const isFull =
      i - start >= bounds.blockEventsMax || bytes + row.body.length > bounds.blockBytesMax;
    if (i > start && isFull) {
      pieces.push(rows.slice(start, i));
      start = i;
      bytes = 0;
    }
    bytes += row.body.length;
  });
  if (start < rows.length) pieces.push(rows.slice(start));
  return pieces;
}

import { binaryKey } from '../../events/binary-key.ts';
import { encodeBlock } from '../../events/block-codec.ts';
import type { StoredBlock } from '../../events/block-codec.ts';
import type { Appended, EventKey } from '../../events/journal.ts';
import { sequence } from '../../events/position.ts';
import type { Partition, Position, Sequence } from '../../events/position.ts';
import type { QueuedBatch, QueuedRow } from './lmdb-append-queue.ts';
import type { ChainEnd } from './lmdb-blocks.ts';

/** Bounds of a stored block. */
export interface BlockBounds {
  readonly blockEventsMax: number;
  /** Bytes of sealed context and payloads; one event alone may have more. */
  readonly blockBytesMax: number;
}

/** The usual bounds of a stored block. */
export const BLOCK_BOUNDS: BlockBounds = { blockEventsMax: 4096, blockBytesMax: 1024 * 1024 };

/** A block of a group, ready to be written. */
export interface NewBlock extends StoredBlock {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
}

/** A group of appends with positions given and blocks encoded, to be written in one transaction. */
export interface AppendGroup {
  /** What each batch is answered once the group is durable. */
  readonly answers: readonly (readonly Appended[])[];
  readonly blocks: readonly NewBlock[];
  /** Where every partition's chain ends after the group. */
  readonly ends: readonly ChainEnd[];
  /** The new events, one a position. */
  readonly placed: readonly { readonly row: QueuedRow; readonly position: Position }[];
}

/** Gives the events of a group their positions, the known ones those they have, and encodes the new blocks. */
export function prepareGroup(
  batches: readonly QueuedBatch[],
  ends: readonly ChainEnd[],
  find: (key: EventKey) => readonly Position[] | undefined,
  bounds: BlockBounds,
  appendTimeMs: number,
): AppendGroup {
  const rows = ends.map((): QueuedRow[] => []);
  const placed: { row: QueuedRow; position: Position }[] = [];
  const inGroup = new Map<string, readonly Position[]>();
  const place = (row: QueuedRow): Appended => {
    const name = binaryKey(row.key);
    const known = inGroup.get(name) ?? find(row.key);
    if (known !== undefined) return { positions: known, duplicate: true };
    const targets =
      row.partition === 'all' ? ends.map((_, partition) => partition) : [row.partition];
    const positions = targets.map((partition): Position => {
      const count = rows[partition]?.push(row) ?? 0;
      return { partition, sequence: sequence((ends[partition]?.head ?? -1) + count) };
    });
    for (const position of positions) placed.push({ row, position });
    inGroup.set(name, positions);
    return { positions, duplicate: false };
  };
  const answers = batches.map((batch) => batch.rows.map(place));
  const chains = ends.map((end, partition) =>
    encodeChain(rows[partition] ?? [], partition, end, bounds, appendTimeMs),
  );
  return {
    answers,
    placed,
    blocks: chains.flatMap(({ blocks }) => blocks),
    ends: chains.map(({ end }) => end),
  };
}

function encodeChain(
  rows: readonly QueuedRow[],
  partition: Partition,
  from: ChainEnd,
  bounds: BlockBounds,
  appendTimeMs: number,
): { readonly blocks: readonly NewBlock[]; readonly end: ChainEnd } {
  let end = from;
  const blocks = cut(rows, bounds).map((piece): NewBlock => {
    const firstSequence = sequence(end.head + 1);
    const block = encodeBlock(piece, { partition, firstSequence, appendTimeMs }, end.hash);
    end = { head: sequence(end.head + piece.length), hash: block.hash };
    return { partition, firstSequence, header: block.header, content: block.content };
  });
  return { blocks, end };
}

/** Cuts rows into pieces within the bounds of a block. */
function cut(rows: readonly QueuedRow[], bounds: BlockBounds): readonly (readonly QueuedRow[])[] {
  const pieces: (readonly QueuedRow[])[] = [];
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

import { binaryKey } from '../../../events/binary-key.ts';
import { encodeChain } from '../../../events/blocks/block-chain.ts';
import type { BlockBounds, Chain, ChainEnd, NewBlock } from '../../../events/blocks/block-chain.ts';
import type { Appended, EventKey } from '../../../events/journal.ts';
import { sequence } from '../../../events/position.ts';
import type { Position } from '../../../events/position.ts';
import type { QueuedBatch, QueuedRow } from '../../../events/append-queue.ts';

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

/** Rows that are given positions before other work may run; a group of fewer never waits. */
const SLICE_ROWS_MAX = 1_024;

/** What a group is prepared against. Nothing of it may change while the preparation lets other work run. */
export interface GroupContext {
  readonly ends: readonly ChainEnd[];
  readonly find: (key: EventKey) => readonly Position[] | undefined;
  readonly bounds: BlockBounds;
  readonly appendTimeMs: number;
  /** Lets other work run between the slices of a large group. */
  readonly yieldNow: () => Promise<void>;
}

/** Gives the events of a group their positions, the known ones those they have, and encodes the new blocks. */
export async function prepareGroup(
  batches: readonly QueuedBatch[],
  context: GroupContext,
): Promise<AppendGroup> {
  const { ends, find, yieldNow } = context;
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
  const answers: Appended[][] = [];
  let done = 0;
  for (const batch of batches) {
    const answer: Appended[] = [];
    for (const row of batch.rows) {
      answer.push(place(row));
      done += 1;
      if (done % SLICE_ROWS_MAX === 0) await yieldNow();
    }
    answers.push(answer);
  }
  const chains: Chain[] = [];
  for (const [partition, end] of ends.entries()) {
    chains.push(await encodeChain(rows[partition] ?? [], partition, end, context));
  }
  return {
    answers,
    placed,
    blocks: chains.flatMap(({ blocks }) => blocks),
    ends: chains.map(({ end }) => end),
  };
}

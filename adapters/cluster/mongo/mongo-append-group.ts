import { binaryKey } from '../../../events/binary-key.ts';
import type { QueuedBatch, QueuedRow } from '../../../events/append-queue.ts';
import type { EncodedRow } from '../../../events/blocks/block-chain.ts';
import type { Appended, EventKey } from '../../../events/journal.ts';
import { sequence } from '../../../events/position.ts';
import type { Partition, Position, Sequence } from '../../../events/position.ts';

/** What a group of appends is placed against. */
export interface PlacingContext {
  /** The partitions' heads. */
  readonly heads: readonly Sequence[];
  /** Where the event with this key stands, in partition order; empty where it does not. */
  readonly find: (key: EventKey) => Promise<readonly Position[]>;
  /** Keys that this same group wrote before it was interrupted: they are no duplicates. */
  readonly written: ReadonlySet<string>;
}

/** A group whose events have their positions. */
export interface PlacedGroup {
  /** What each batch is answered once the rows are durable. */
  readonly answers: readonly (readonly Appended[])[];
  /** The new rows of each partition. */
  readonly rows: readonly (readonly EncodedRow[])[];
}

/**
 * Gives the events of a group their positions, the known ones those they have. A shared fact that an interrupted
 * append left in some partitions only is completed in the others.
 */
export async function placeGroup(
  batches: readonly QueuedBatch[],
  { heads, find, written }: PlacingContext,
): Promise<PlacedGroup> {
  const rows = heads.map((): EncodedRow[] => []);
  const inGroup = new Map<string, readonly Position[]>();
  const put = (row: QueuedRow, partition: Partition): Position => {
    const count = rows[partition]?.push(row) ?? 0;
    return { partition, sequence: sequence((heads[partition] ?? -1) + count) };
  };
  const place = async (row: QueuedRow): Promise<Appended> => {
    const name = binaryKey(row.key);
    const placed = inGroup.get(name);
    if (placed !== undefined) return { positions: placed, duplicate: true };
    const known = await find(row.key);
    const isShared = row.partition === 'all';
    const targets = row.partition === 'all' ? [...heads.keys()] : [row.partition];
    const missing =
      !isShared && known.length > 0
        ? []
        : targets.filter((target) => known.every(({ partition }) => partition !== target));
    const positions = [...known, ...missing.map((target) => put(row, target))];
    positions.sort((left, right) => left.partition - right.partition);
    inGroup.set(name, positions);
    return { positions, duplicate: missing.length === 0 && !written.has(name) };
  };
  const answers: Appended[][] = [];
  for (const batch of batches) {
    const answer: Appended[] = [];
    for (const row of batch.rows) answer.push(await place(row));
    answers.push(answer);
  }
  return { answers, rows };
}

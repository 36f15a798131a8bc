import { binaryKey } from '../../events/binary-key.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import { decodeBlock, encodeBlock } from '../../events/blocks/block-codec.ts';
import type { StoredBlock } from '../../events/blocks/block-codec.ts';
import type { BlockRow } from '../../events/blocks/block-content.ts';
import { GENESIS } from '../../events/blocks/block-header.ts';
import { RepriseError } from '../../events/error.ts';
import type { Appended, EventKey, Journal, JournalEntry } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Position, Sequence } from '../../events/position.ts';
import { surrogateToBytes } from '../../events/surrogate.ts';

interface MemoryPartition {
  readonly blocks: { readonly last: Sequence; readonly stored: StoredBlock }[];
  hash: Uint8Array;
  head: Sequence;
  wake: (() => void)[];
}

/** Where a key is unique: in the whole journal, or in each partition, as behind a transport. */
export type KeyScope = 'journal' | 'partition';

/** A journal in memory, which can be asked at once where an event stands. */
export interface MemoryJournal extends Journal {
  /** Where the event with this key stands. */
  positionsOf(key: EventKey): readonly Position[] | undefined;
}

/** Creates a journal in memory: every append makes a block a partition, encoded and decoded as on a disk. */
export function createMemoryJournal(
  partitions = 1,
  clock: () => number = () => 0,
  scope: KeyScope = 'journal',
): MemoryJournal {
  const all: MemoryPartition[] = Array.from({ length: partitions }, () => ({
    blocks: [],
    hash: GENESIS,
    head: ORIGIN,
    wake: [],
  }));
  const positionsByKey = new Map<string, Position[]>();
  const erased = new Set<string>();
  return {
    partitions,
    async append(entries) {
      for (const { partition } of entries) if (partition !== 'all') partitionAt(all, partition);
      const fresh = all.map((): BlockRow[] => []);
      const appended = entries.map((entry) => place(entry, all, fresh, positionsByKey, scope));
      fresh.forEach((rows, partition) => {
        if (rows.length > 0) store(partitionAt(all, partition), partition, rows, clock());
        for (const { fact } of rows) {
          if (fact.kind === 'UserErased') erased.add(binaryKey(surrogateToBytes(fact.user)));
        }
      });
      return Promise.resolve(appended);
    },
    head: (partition) => partitionAt(all, partition).head,
    read: (partition, after) => Promise.resolve(readAfter(partitionAt(all, partition), after)),
    changed: (partition, after, signal) => changed(partitionAt(all, partition), after, signal),
    find: (key) => Promise.resolve(positionsByKey.get(binaryKey(key))),
    positionsOf: (key) => positionsByKey.get(binaryKey(key)),
    isErased: (surrogate) => Promise.resolve(erased.has(binaryKey(surrogate))),
    status: () => ({
      heads: all.map(({ head }) => head),
      bytes: all
        .flatMap(({ blocks }) => blocks)
        .reduce((sum, b) => sum + b.stored.content.length, 0),
      full: false,
    }),
    close: () => Promise.resolve(),
  };
}

function partitionAt(all: readonly MemoryPartition[], partition: number): MemoryPartition {
  const found = all[partition];
  if (found === undefined) {
    throw new RepriseError('INVALID', `there is no partition ${String(partition)}`);
  }
  return found;
}

function place(
  entry: JournalEntry,
  all: readonly MemoryPartition[],
  fresh: readonly BlockRow[][],
  positionsByKey: Map<string, Position[]>,
  scope: KeyScope,
): Appended {
  const key = binaryKey(entry.key);
  const found = positionsByKey.get(key);
  const known =
    scope === 'journal' || entry.partition === 'all'
      ? found
      : found?.filter(({ partition }) => partition === entry.partition);
  if (known !== undefined && known.length > 0) return { positions: known, duplicate: true };
  const positions =
    entry.partition === 'all'
      ? all.map((_, partition) => put(entry, partition, all, fresh))
      : [put(entry, entry.partition, all, fresh)];
  const together =
    found === undefined
      ? positions
      : [...found, ...positions].sort((a, b) => a.partition - b.partition);
  positionsByKey.set(key, together);
  return { positions, duplicate: false };
}

function put(
  entry: JournalEntry,
  partition: number,
  all: readonly MemoryPartition[],
  fresh: readonly BlockRow[][],
): Position {
  const before = partitionAt(all, partition).head;
  return { partition, sequence: sequence(before + (fresh[partition]?.push(entry) ?? 0)) };
}

function store(
  partition: MemoryPartition,
  number: number,
  rows: readonly BlockRow[],
  appendTimeMs: number,
): void {
  const firstSequence = sequence(partition.head + 1);
  const block = encodeBlock(
    rows,
    { partition: number, firstSequence, appendTimeMs },
    partition.hash,
  );
  partition.head = sequence(partition.head + rows.length);
  partition.hash = block.hash;
  partition.blocks.push({ last: partition.head, stored: block });
  const wake = partition.wake;
  partition.wake = [];
  for (const resolve of wake) resolve();
}

function readAfter({ blocks }: MemoryPartition, after: Sequence): EventBlock | undefined {
  const found = blocks.find(({ last }) => last > after);
  return found === undefined ? undefined : decodeBlock(found.stored);
}

async function changed(
  partition: MemoryPartition,
  after: Sequence,
  signal: AbortSignal,
): Promise<void> {
  while (partition.head <= after && !signal.aborted) {
    await new Promise<void>((resolve) => {
      partition.wake.push(resolve);
      signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
  }
}

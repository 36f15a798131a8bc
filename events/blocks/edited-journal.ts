import type { BlockRow } from './block-content.ts';
import { decodeBlock, encodeBlock } from './block-codec.ts';
import type { EventBlock } from './block.ts';
import { GENESIS } from './block-header.ts';
import { EditedBlock } from './edited-block.ts';
import type { Journal } from '../journal.ts';
import { sequence } from '../position.ts';
import type { Position, Sequence } from '../position.ts';

/** What of a journal is read to replay it. */
export type ReplayedJournal = Pick<Journal, 'read' | 'head' | 'changed' | 'partitions'>;

/** A journal that did not happen: up to a place of one partition, without some events and with others after it. */
export interface JournalEdit {
  readonly at: Position;
  /** Sequences of the partition that are left out. */
  readonly leftOut: ReadonlySet<number>;
  /** Events that follow the place. */
  readonly added: readonly BlockRow[];
  /** When they were appended, Unix milliseconds. */
  readonly appendedMs: number;
}

/** Reads a journal as if another thing had happened in one partition; nothing is written. */
export function editJournal(journal: ReplayedJournal, edit: JournalEdit): ReplayedJournal {
  const { at, leftOut, added } = edit;
  const appended = appendedBlock(edit);
  const last = sequence(at.sequence + added.length);
  return {
    partitions: journal.partitions,
    head: (partition) => (partition === at.partition ? last : journal.head(partition)),
    async read(partition, after) {
      if (partition !== at.partition) return journal.read(partition, after);
      if (after >= at.sequence) return after < last ? appended : undefined;
      const block = await journal.read(partition, after);
      return block && new EditedBlock(block, leftOut, at.sequence);
    },
    changed: (partition, after, signal) => {
      if (partition !== at.partition) return journal.changed(partition, after, signal);
      return after < last ? Promise.resolve() : untilAborted(signal);
    },
  };
}

/** The last sequence of the edited partition up to which both journals are the same. */
export function commonUntil({ at, leftOut }: JournalEdit): Sequence {
  const first = Math.min(Infinity, ...leftOut);
  return sequence(Math.min(at.sequence, first - 1));
}

function appendedBlock({ at, added, appendedMs }: JournalEdit): EventBlock | undefined {
  if (added.length === 0) return undefined;
  const { partition } = at;
  const place = { partition, firstSequence: sequence(at.sequence + 1), appendTimeMs: appendedMs };
  return decodeBlock(encodeBlock(added, place, GENESIS));
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve();
      },
      { once: true },
    );
  });
}

import type { EventBlock } from './blocks/block.ts';
import type { Journal } from './journal.ts';
import { ORIGIN, sequence } from './position.ts';
import type { Partition, Sequence } from './position.ts';

/** When an event was appended, Unix milliseconds; undefined where there is no such event. */
export async function appendedMsOf(
  journal: Pick<Journal, 'read'>,
  partition: Partition,
  at: Sequence,
): Promise<number | undefined> {
  if (at < 0) return undefined;
  const block = await journal.read(partition, sequence(at - 1));
  return block?.appendedMs(at - block.firstSequence);
}

/**
 * The last sequence of a partition that was appended at or before a time, ORIGIN where there is none: a search that
 * takes append times to grow, as the clock of one writer does. It lets other work run between two reads.
 */
export async function lastAppendedBy(
  journal: Pick<Journal, 'read' | 'head'>,
  partition: Partition,
  timeMs: number,
  yieldNow: () => Promise<void>,
): Promise<Sequence> {
  let low: number = ORIGIN;
  let high: number = journal.head(partition);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const block = await journal.read(partition, sequence(middle - 1));
    if (block === undefined) throw new RangeError(`no event at ${String(middle)}`);
    const last = block.firstSequence + block.count - 1;
    if (block.appendedMs(0) > timeMs) high = Math.min(middle, block.firstSequence) - 1;
    else if (block.appendedMs(block.count - 1) <= timeMs) low = Math.min(high, last);
    else return sequence(block.firstSequence + lastRowBy(block, timeMs));
    await yieldNow();
  }
  return sequence(low);
}

/** The last row of a block that was appended at or before a time, which its first row was. */
function lastRowBy(block: EventBlock, timeMs: number): number {
  let low = 0;
  let high = block.count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (block.appendedMs(middle) <= timeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

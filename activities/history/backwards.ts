import type { EventBlock } from '../../events/blocks/block.ts';
import type { Journal } from '../../events/journal.ts';
import { sequence } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';

/**
 * Events of the longest stretch that is read forwards on the way back: a read of a journal takes small blocks together,
 * so that going back block by block would read most of them many times. What is near is found in the first, short ones.
 */
export const stretchEventsMax = 4_096;
const FIRST_STRETCH_EVENTS = 512;

/** A block on the way back, with the rows of it that are due. */
export interface DueRows {
  readonly block: EventBlock;
  /** The first row that is due. */
  readonly first: number;
  /** The last row that is due. */
  readonly last: number;
}

/** Reads a partition's journal backwards from a place, the newest block first; lets other work run between two reads. */
export async function* readBackwards(
  journal: Pick<Journal, 'read'>,
  { partition, sequence: newest }: Position,
  readsMax: number,
  yieldNow: () => Promise<void>,
): AsyncGenerator<DueRows, void, undefined> {
  let reads = 0;
  let length = FIRST_STRETCH_EVENTS;
  for (let last: number = newest; last >= 0; last -= length) {
    if (last !== newest) length = Math.min(stretchEventsMax, 2 * length);
    const after = Math.max(-1, last - length);
    const stretch: DueRows[] = [];
    for (let at = after; at < last;) {
      if (reads === readsMax) return;
      reads += 1;
      const block = await journal.read(partition, sequence(at));
      if (block === undefined) break;
      const { firstSequence, count } = block;
      stretch.push({
        block,
        first: at + 1 - firstSequence,
        last: Math.min(last, firstSequence + count - 1) - firstSequence,
      });
      at = firstSequence + count - 1;
      await yieldNow();
    }
    yield* stretch.reverse();
  }
}

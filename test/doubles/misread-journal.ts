import type { EventBlock } from '../../events/blocks/block.ts';
import type { Journal } from '../../events/journal.ts';

/** A journal of which one event is read wrongly: under another key, so that other negatives are drawn for it. */
export function misread(journal: Journal, partition: number, at: number): Journal {
  const read = async (one: number, after: number): Promise<EventBlock | undefined> => {
    const block = await journal.read(one, after as Parameters<Journal['read']>[1]);
    const row = at - (block?.firstSequence ?? 0);
    if (block === undefined || one !== partition || row < 0 || row >= block.count) return block;
    const keys = block.keys.slice();
    keys[row * 4] = keys[row * 4]! ^ 1;
    return Object.create(block, { keys: { value: keys } }) as EventBlock;
  };
  return Object.create(journal, { read: { value: read } }) as Journal;
}

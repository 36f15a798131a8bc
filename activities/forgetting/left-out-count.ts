import type { LeftOut } from '../../actors/runtime/definition.ts';
import { LeftOutEvents } from '../../actors/runtime/left-out-events.ts';
import { INTERACTION } from '../../events/fact.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';

/** What counting needs from outside. */
export interface LeftOutCountDeps {
  readonly journal: Pick<Journal, 'read' | 'partitions'>;
  readonly yieldNow: () => Promise<void>;
}

/** Counts the interactions of the journal that a quarantine leaves out. */
export async function countLeftOut(
  { journal, yieldNow }: LeftOutCountDeps,
  leftOut: LeftOut,
): Promise<number> {
  let count = 0;
  for (let partition = 0; partition < journal.partitions; partition += 1) {
    const events = new LeftOutEvents({ leftOut: [leftOut] }, partition);
    const to = leftOut.to[partition] ?? ORIGIN;
    let at = sequence(leftOut.from[partition] ?? ORIGIN);
    while (at < to) {
      const block = await journal.read(partition, at);
      if (block === undefined) break;
      for (const [row, isLeftOut] of events.rowsOf(block)?.entries() ?? []) {
        if (isLeftOut === 1 && block.kind[row] === INTERACTION) count += 1;
      }
      at = sequence(block.firstSequence + block.count - 1);
      await yieldNow();
    }
  }
  return count;
}

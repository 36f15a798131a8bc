import { INTERACTION } from '../events/fact.ts';
import type { Journal } from '../events/journal.ts';
import { formatPosition, sequence } from '../events/position.ts';
import type { Position } from '../events/position.ts';

/** Events that are told of a user. */
export const userEventsMax = 20;
/** Reads of the journal, backwards, that they are looked for in. */
export const userEventReadsMax = 256;

/** An interaction of a user, and where it stands. */
export interface UserEvent {
  readonly position: string;
  readonly type: string;
  readonly item: string;
  /** When it happened, Unix milliseconds. */
  readonly timeMs: number;
}

/**
 * The newest interactions of a user at or before a place, newest first: those that stand within the last
 * {@link userEventReadsMax} reads. Lets other work run between two reads.
 */
export async function newestEvents(
  journal: Pick<Journal, 'read'>,
  at: Position,
  surrogate: Uint8Array,
  yieldNow: () => Promise<void>,
): Promise<readonly UserEvent[]> {
  const found: UserEvent[] = [];
  let last: number = at.sequence;
  for (let reads = 0; reads < userEventReadsMax && last >= 0; reads += 1) {
    const block = await journal.read(at.partition, sequence(last - 1));
    if (block === undefined) break;
    const users = Buffer.from(block.users);
    for (let row = last - block.firstSequence; row >= 0; row -= 1) {
      if (block.kind[row] !== INTERACTION) continue;
      const from = (block.user[row] ?? 0) * surrogate.length;
      if (users.compare(surrogate, 0, surrogate.length, from, from + surrogate.length) !== 0)
        continue;
      found.push({
        position: formatPosition({
          partition: at.partition,
          sequence: sequence(block.firstSequence + row),
        }),
        type: block.types[block.type[row] ?? 0] ?? '',
        item: block.items[block.item[row] ?? 0] ?? '',
        timeMs: block.timeMs[row] ?? 0,
      });
      if (found.length === userEventsMax) return found;
    }
    last = block.firstSequence - 1;
    await yieldNow();
  }
  return found;
}

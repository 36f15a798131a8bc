import { INTERACTION } from '../../events/fact.ts';
import { IMPRESSION } from '../../events/interaction-type.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, sequence } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import { readBackwards } from './backwards.ts';

/** Events that are told of a user. */
export const userEventsMax = 20;
/** Reads of the journal, backwards, that they are looked for in. */
export const userEventReadsMax = 256;
/** Reads of the journal, backwards, that a history is looked for in. */
export const userHistoryReadsMax = 1_024;

/** How far the events of a user are looked for. */
export interface EventReach {
  readonly eventsMax: number;
  readonly readsMax: number;
}

const EXPLAINING: EventReach = { eventsMax: userEventsMax, readsMax: userEventReadsMax };

/** An interaction of a user, and where it stands; what was only shown to them is none. */
export interface UserEvent {
  readonly position: string;
  readonly type: string;
  readonly item: string;
  /** When it happened, Unix milliseconds. */
  readonly timeMs: number;
}

/**
 * The newest interactions of a user at or before a place, newest first: those that stand within reach, which is what an
 * explained answer tells where nothing else is said. Lets other work run between two reads.
 */
export async function newestEvents(
  journal: Pick<Journal, 'read'>,
  at: Position,
  surrogate: Uint8Array,
  yieldNow: () => Promise<void>,
  { eventsMax, readsMax }: EventReach = EXPLAINING,
): Promise<readonly UserEvent[]> {
  const found: UserEvent[] = [];
  for await (const { block, first, last } of readBackwards(journal, at, readsMax, yieldNow)) {
    const users = Buffer.from(block.users);
    for (let row = last; row >= first; row -= 1) {
      if (block.kind[row] !== INTERACTION) continue;
      const from = (block.user[row] ?? 0) * surrogate.length;
      if (users.compare(surrogate, 0, surrogate.length, from, from + surrogate.length) !== 0)
        continue;
      const type = block.types[block.type[row] ?? 0] ?? '';
      if (type === IMPRESSION) continue;
      found.push({
        position: formatPosition({
          partition: at.partition,
          sequence: sequence(block.firstSequence + row),
        }),
        type,
        item: block.items[block.item[row] ?? 0] ?? '',
        timeMs: block.timeMs[row] ?? 0,
      });
      if (found.length === eventsMax) return found;
    }
  }
  return found;
}

import { binaryKey } from '../../events/binary-key.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import { INTERACTION } from '../../events/fact.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';

/** What reading needs from outside. */
export interface UsersEventsDeps {
  readonly journal: Pick<Journal, 'read' | 'head'>;
  readonly yieldNow: () => Promise<void>;
}

/** The interactions of some users in a partition: how many, and where the first stands. */
export interface UsersEvents {
  readonly first: Sequence | null;
  readonly events: number;
}

/** Which interactions: those of a partition after one sequence and up to another. */
export interface UsersEventsRange {
  readonly partition: Partition;
  /** The start where absent. */
  readonly from?: Sequence;
  readonly to: Sequence;
}

/** Counts the interactions of users, given as {@link binaryKey} writes their surrogates, within a range. */
export async function readUsersEvents(
  { journal, yieldNow }: UsersEventsDeps,
  { partition, from = ORIGIN, to }: UsersEventsRange,
  users: ReadonlySet<string>,
): Promise<UsersEvents> {
  let first: Sequence | null = null;
  let events = 0;
  let at: Sequence = from;
  while (at < to) {
    const block = await journal.read(partition, at);
    if (block === undefined) break;
    const numbers = numbersOf(block, users);
    if (numbers.size > 0) {
      for (let row = at + 1 - block.firstSequence; row < block.count; row += 1) {
        if (block.firstSequence + row > to) break;
        if (block.kind[row] !== INTERACTION || !numbers.has(block.user[row] ?? -1)) continue;
        first ??= sequence(block.firstSequence + row);
        events += 1;
      }
    }
    at = sequence(block.firstSequence + block.count - 1);
    await yieldNow();
  }
  return { first, events };
}

/** The numbers that users have in a block's dictionary. */
function numbersOf(block: EventBlock, users: ReadonlySet<string>): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (let at = 0; at < block.users.length; at += SURROGATE_BYTES) {
    if (users.has(binaryKey(block.users, at, at + SURROGATE_BYTES))) {
      numbers.add(at / SURROGATE_BYTES);
    }
  }
  return numbers;
}

import type { Journal } from '../../events/journal.ts';
import type { Partition, Sequence } from '../../events/position.ts';

/**
 * A partition's head as the store has it now: where other processes append, a journal only knows what it was last asked
 * for, and to read past the head that it knows is to ask.
 */
export async function currentHead(
  journal: Pick<Journal, 'head' | 'read'>,
  partition: Partition,
): Promise<Sequence> {
  await journal.read(partition, journal.head(partition));
  return journal.head(partition);
}

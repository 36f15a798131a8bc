import type { Journal } from '../../events/journal.ts';

/** The heads as the store has them: what this process knows may be a moment old. */
export async function headsOfNow(
  journal: Pick<Journal, 'partitions' | 'head' | 'read'>,
): Promise<readonly number[]> {
  const heads: number[] = [];
  for (let partition = 0; partition < journal.partitions; partition += 1) {
    await journal.read(partition, journal.head(partition));
    heads.push(journal.head(partition));
  }
  return heads;
}

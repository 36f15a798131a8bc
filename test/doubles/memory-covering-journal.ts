import type { CoveredOffsets, CoveringJournal } from '../../events/blocks/covering-journal.ts';
import { RepriseError } from '../../events/error.ts';
import type { Sequence } from '../../events/position.ts';
import { createMemoryJournal } from './memory-journal.ts';

/** A journal in memory that several writers open, each of which can fall behind the others. */
export interface MemoryCoveringStore {
  /** Opens it for one more writer. */
  open(): CoveringJournal;
  /** What the blocks of a partition cover, in their order. */
  covered(partition: number): readonly CoveredOffsets[];
}

/** Creates a covering journal in memory: a block is written only by who has seen the partition's head. */
export function createMemoryCoveringStore(
  partitions = 1,
  clock: () => number = () => 0,
): MemoryCoveringStore {
  const journal = createMemoryJournal(partitions, clock, 'partition');
  const covers = Array.from({ length: partitions }, (): CoveredOffsets[] => []);
  const coversOf = (partition: number): CoveredOffsets[] => {
    const found = covers[partition];
    if (found !== undefined) return found;
    throw new RepriseError('INVALID', `there is no partition ${String(partition)}`);
  };
  const uncovered = (partition: number): number => (coversOf(partition).at(-1)?.to ?? -1) + 1;
  const heads = (): Sequence[] => covers.map((_, partition) => journal.head(partition));
  const open = (): CoveringJournal => {
    let seen = heads();
    return {
      ...journal,
      async append(entries) {
        const appended = await journal.append(entries);
        seen = heads();
        return appended;
      },
      async appendCovering(partition, entries, offsets) {
        const isStale = journal.head(partition) !== seen[partition];
        if (isStale || offsets.from < uncovered(partition)) {
          const text = `another writer appended to partition ${String(partition)}: read what is covered`;
          throw new RepriseError('FENCED', text);
        }
        // The journal has appended when it returns its promise: nobody comes between block and cover.
        const appended = journal.append(entries.map((entry) => ({ ...entry, partition })));
        if (journal.head(partition) !== seen[partition]) coversOf(partition).push(offsets);
        seen[partition] = journal.head(partition);
        return appended;
      },
      known(partition, keys) {
        const found = keys.map((key) =>
          journal.positionsOf(key)?.find((position) => position.partition === partition),
        );
        return Promise.resolve(found.map((position) => position?.sequence));
      },
      async uncovered(partition) {
        const first = uncovered(partition);
        seen[partition] = journal.head(partition);
        return Promise.resolve(first);
      },
    };
  };
  return { open, covered: coversOf };
}

import type { PartitionNote } from '../../activities/replay/fences.ts';
import type { Sequence } from '../../events/position.ts';
import { sequence } from '../../events/position.ts';

/** Where the workers hold a version, a sequence a partition; undefined where it isn't held whole. */
export function heldPositions(
  notes: readonly PartitionNote[],
  version: string,
  partitions: number,
): readonly Sequence[] | undefined {
  const found: Sequence[] = [];
  for (let partition = 0; partition < partitions; partition += 1) {
    const note = notes.find(({ fence }) => fence.partition === partition);
    const stand = note?.held?.find((one) => one.version === version);
    if (stand === undefined) return undefined;
    found.push(sequence(stand.position));
  }
  return found;
}

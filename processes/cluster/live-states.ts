import type { FenceStore, PartitionNote } from '../../activities/replay/fences.ts';
import type { LiveState } from '../../activities/training/prepare-run.ts';
import { RepriseError } from '../../events/error.ts';
import { sequence } from '../../events/position.ts';

/** Tells which version a partition's mover serves and where it stands, as the mover told last. */
export async function liveStateOf(
  fences: Pick<FenceStore, 'notes'>,
  partition: number,
): Promise<LiveState> {
  const { version, position } = toldOf(await fences.notes(), partition);
  return { version, position: sequence(position) };
}

/** The note of a partition whose mover has told where it stands; UNAVAILABLE where none has. */
export function toldOf(notes: readonly PartitionNote[], partition: number): PartitionNote {
  const note = notes.find(({ fence }) => fence.partition === partition);
  // Between its taking and its first telling a mover has told no version.
  if (note !== undefined && note.version !== '') return note;
  throw new RepriseError(
    'UNAVAILABLE',
    `no worker has told where partition ${String(partition)} stands: start one, or try again in a moment`,
    { partition },
  );
}

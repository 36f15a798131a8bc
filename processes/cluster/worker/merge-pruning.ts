import type { PartitionNote } from '../../../activities/replay/fences.ts';
import type { MergeName, MergeStore } from '../../../activities/merges/merge-store.ts';
import type { Logger } from '../../logger.ts';
import { pauseFor } from '../servers/patience.ts';

/** How often it is looked whether merges can go. */
const PRUNE_LOOK_MS = 15_000;

/** What pruning needs. */
export interface MergePruningDeps {
  readonly partitions: number;
  /** Tells whether partition 0 is held here: one worker prunes. */
  readonly isFirst: () => boolean;
  readonly notes: () => Promise<readonly PartitionNote[]>;
  readonly merges: Pick<MergeStore, 'prune'>;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * Drops merges that no kept checkpoint of any partition needs, while this worker holds partition 0, until the signal
 * aborts. What fails is told, and tried again at the next look.
 */
export async function pruneMerges(deps: MergePruningDeps, signal: AbortSignal): Promise<void> {
  let pruned: MergeName | undefined;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      const needed = deps.isFirst() ? neededFrom(await deps.notes(), deps.partitions) : undefined;
      if (needed !== undefined && !isSame(needed, pruned)) {
        await deps.merges.prune(needed.version, needed.barrier);
      }
      pruned = needed;
    } catch (error) {
      if (!isOver()) deps.logger.warn({ err: error }, 'old merges could not be removed');
    }
    await pauseFor(PRUNE_LOOK_MS, signal);
  }
}

function isSame(needed: MergeName, pruned: MergeName | undefined): boolean {
  return needed.version === pruned?.version && needed.barrier === pruned.barrier;
}

/**
 * The oldest merge that a kept checkpoint goes on with; undefined where a partition's mover does not know its
 * checkpoints yet, or the partitions are not of one version.
 */
export function neededFrom(
  notes: readonly PartitionNote[],
  partitions: number,
): MergeName | undefined {
  const [first] = notes;
  if (first === undefined || notes.length < partitions) return undefined;
  const { version } = first;
  const barriers = notes.map((note) =>
    note.version === version ? (note.keptBarrier ?? NaN) : NaN,
  );
  const barrier = Math.min(...barriers);
  return Number.isNaN(barrier) ? undefined : { version, barrier };
}

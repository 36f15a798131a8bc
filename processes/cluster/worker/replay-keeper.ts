import type { FenceStore } from '../../../activities/replay/fences.ts';
import type { WorkflowStarter } from '../../durable/starter.ts';
import type { Logger } from '../../logger.ts';
import { pauseFor } from '../servers/patience.ts';

/** How often it is looked whether every partition has a mover. */
const LOOK_MS = 5_000;

/** Time without a word of its mover after which a partition's workflow is started, where there is none. */
const SILENT_MS_MAX = 10_000;

/** What keeps the partitions' workflows. */
export interface ReplayKeeperDeps {
  readonly partitions: number;
  readonly leaseMsMax: number;
  readonly starter: Pick<WorkflowStarter, 'leaseReplay'>;
  readonly fences: Pick<FenceStore, 'notes'>;
  readonly clock: () => number;
  readonly logger: Logger;
}

/**
 * Sees that every partition has its replay workflow until the signal aborts: one that is there goes on, whoever
 * started it, and one that was lost with Temporal's state starts anew.
 */
export async function keepReplays(deps: ReplayKeeperDeps, signal: AbortSignal): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      for (const partition of await silentPartitions(deps)) {
        await deps.starter.leaseReplay(partition, deps.leaseMsMax, 'USE_EXISTING');
      }
    } catch (error) {
      if (!isOver()) deps.logger.warn({ err: error }, 'starting replays: trying again');
    }
    await pauseFor(LOOK_MS, signal);
  }
}

async function silentPartitions({
  partitions,
  fences,
  clock,
}: ReplayKeeperDeps): Promise<readonly number[]> {
  const told = new Map(
    (await fences.notes()).map(({ fence, toldMs }) => [fence.partition, toldMs]),
  );
  const since = clock() - SILENT_MS_MAX;
  return Array.from({ length: partitions }, (_, partition) => partition).filter(
    (partition) => (told.get(partition) ?? 0) < since,
  );
}

import type { LivePartition } from '../../activities/replay/live-partition.ts';
import type { ReplayStand } from './status.ts';

/** Tells how a core's own partitions are moved. */
export function replayStandOf(
  live: readonly LivePartition[],
  unleasedWhy: () => string,
): ReplayStand {
  const definition = live[0]?.runtime.definition;
  return {
    version: definition?.version ?? '',
    learner: definition?.learner.learner ?? '',
    positions: live.map(({ runtime }) => runtime.position),
    ...leaseOf(live, unleasedWhy),
  };
}

function leaseOf(
  live: readonly LivePartition[],
  unleasedWhy: () => string,
): Pick<ReplayStand, 'leased' | 'reason'> {
  const stopped = live.find(({ mode }) => mode === 'stopped');
  if (stopped !== undefined) {
    const why = stopped.error instanceof Error ? stopped.error.message : String(stopped.error);
    return { leased: false, reason: `partition ${String(stopped.partition)} has stopped: ${why}` };
  }
  if (live.every(({ mode }) => mode === 'leased')) return { leased: true };
  return { leased: false, reason: unleasedWhy() };
}

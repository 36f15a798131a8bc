import { BarrierCadence } from '../../activities/merges/barrier-cadence.ts';
import { LiveMerges } from '../../activities/merges/live-merges.ts';
import type { LivePartition } from '../../activities/replay/live-partition.ts';
import { MergeRetention } from '../../activities/merges/merge-retention.ts';
import type { MergeName, MergeStore } from '../../activities/merges/merge-store.ts';
import type { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import { CHECKPOINTS_KEPT_MAX } from '../../adapters/checkpoint-naming.ts';
import { openMerges } from '../../adapters/embedded/merges.ts';
import type { EmbeddedMerges } from '../../adapters/embedded/merges.ts';
import type { CoreParts } from './core-parts.ts';
import type { Ways } from './learning.ts';
import type { Stores } from './stores.ts';

/** How often it is looked whether a barrier is due. */
const BARRIER_LOOK_MS = 25;

/** Where the partitions of a core meet at barriers. */
export interface Merges {
  readonly exchange: LiveMerges;
  readonly retention: MergeRetention;
  readonly store: EmbeddedMerges;
}

/** Opens where partitions meet; `versions` replays what was lost, `live` is filled as partitions are recovered. */
export function openMeeting(
  { folder, journal }: Stores,
  { logger, warnings, clock }: Ways,
  versions: () => VersionRuntimes,
  live: readonly LivePartition[],
): Merges {
  const { partitions } = journal;
  const onWarning = (text: string): void => {
    logger.warn(text);
    warnings.add(text);
  };
  const store = openMerges({
    folder: folder.partPath('merges'),
    partitions,
    onDamaged: (path, reason) => {
      onWarning(`merge ${path} is damaged and is derived again where it is needed: ${reason}`);
    },
  });
  const exchange = new LiveMerges({
    store,
    isComing: (name, partition) => isComing(live[partition], name),
    derive: ({ version, barrier }, signal) => derive(versions(), store, version, barrier, signal),
    clock,
    onWarning,
  });
  const checkpointsKeptMax = CHECKPOINTS_KEPT_MAX;
  const retention = new MergeRetention({ store, partitions, checkpointsKeptMax });
  return { exchange, retention, store };
}

/** A partition that is not recovered yet, or has stopped, comes when it is; one past the barrier has lost its part. */
function isComing(live: LivePartition | undefined, { version, barrier }: MergeName): boolean {
  if (live === undefined || live.mode === 'stopped') return true;
  const { runtime } = live;
  return runtime.definition.version === version && runtime.barrier < barrier;
}

function derive(
  versions: VersionRuntimes,
  store: MergeStore,
  version: string,
  barrier: number,
  signal: AbortSignal,
): Promise<void> {
  return versions.deriveMerges(version, barrier, (merge) => store.write(merge), { signal });
}

/** Looks for due barriers until the core ends; its failures are told and the next look tries again. */
export function startBarriers(parts: CoreParts): void {
  const { stores, door, live, clock, ending, warnings, logger } = parts;
  const { journal } = stores;
  if (journal.partitions < 2) return;
  const cadence = new BarrierCadence({
    journal,
    door,
    clock,
    lastBarrier: () => Math.max(...live.map(({ runtime }) => runtime.barrier)),
  });
  const timer = setInterval(() => {
    cadence.look().catch((error: unknown) => {
      if (ending.signal.aborted) return;
      logger.warn({ err: error }, 'no barrier could be set');
      const reason = error instanceof Error ? error.message : String(error);
      warnings.add(`no barrier could be set, so partitions learn apart: ${reason}`);
    });
  }, BARRIER_LOOK_MS);
  ending.signal.addEventListener('abort', () => {
    clearInterval(timer);
  });
}

import { LiveMerges } from '../../activities/live-merges.ts';
import type { WaitingPartition } from '../../activities/live-merges.ts';
import type { FenceStore } from '../../activities/fences.ts';
import type { MergeExchange } from '../../activities/merge-exchange.ts';
import type { MergeName } from '../../activities/merge-store.ts';
import type { VersionRuntimes } from '../../activities/version-runtimes.ts';
import { openMerges } from '../../adapters/cluster/merges.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import type { Logger } from '../logger.ts';
import { pauseFor } from './patience.ts';
import type { ClusterStores } from './stores.ts';

/** Time without word from a partition's mover after which nobody waits for what it contributes: it is derived. */
export const MOVER_SILENT_MS_MAX = 60_000;

/** How often it is looked who waits for whom. */
const WAITING_LOOK_MS = 1_000;

/** What the partitions of a cluster meet by. */
export interface MeetingDeps {
  readonly stores: Pick<ClusterStores, 'journal' | 'objects' | 'fences'>;
  /** Replay what was lost. */
  readonly versions: () => Pick<VersionRuntimes, 'deriveMerges'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Logger;
}

/** Opens where partitions meet, whichever worker moves each of them; undefined where there is one partition. */
export function openClusterMeeting(deps: MeetingDeps): LiveMerges | undefined {
  const { stores, versions, clock, logger } = deps;
  const { journal, objects, fences } = stores;
  if (journal.partitions < 2) return undefined;
  const store = openMerges({
    ...{ objects, partitions: journal.partitions },
    onDamaged: (path, reason) => {
      logger.warn({ path, reason }, 'a merge is damaged and is derived again where it is needed');
    },
  });
  return new LiveMerges({
    ...{ store, clock },
    isComing: (name, partition) => isComing({ fences, clock }, name, partition),
    derive: async ({ version, barrier }, signal) => {
      await seeHeads(journal);
      await versions().deriveMerges(version, barrier, (merge) => store.write(merge), { signal });
    },
    onWarning: (text) => logger.warn(text),
  });
}

/** How long who follows without moving waits for a merge before it looks for a newer state: it may have been pruned. */
export const MERGE_READ_MS_MAX = 5_000;

/** Opens what a process takes merges by that moves no partition: it contributes nothing and derives none. */
export function openMergeReading(
  deps: Pick<MeetingDeps, 'stores' | 'clock' | 'logger'>,
): MergeExchange | undefined {
  const { stores, clock, logger } = deps;
  const { journal, objects } = stores;
  if (journal.partitions < 2) return undefined;
  const store = openMerges({
    ...{ objects, partitions: journal.partitions },
    onDamaged: (path, reason) => logger.warn({ path, reason }, 'a merge is damaged'),
  });
  return {
    contribute: () => Promise.resolve(),
    async take(name, _partition, signal) {
      const endMs = clock() + MERGE_READ_MS_MAX;
      while (!signal.aborted) {
        const merge = await store.read(name);
        if (merge !== undefined) return merge;
        if (clock() > endMs) {
          throw new RepriseError(
            'NOT_FOUND',
            `there is no merge of barrier ${String(name.barrier)}: it is late, or no checkpoint needs it any more`,
          );
        }
        await store.changed(name, signal);
      }
      return undefined;
    },
  };
}

/** Tells whether a partition's mover, by what it told last, is still on its way to a barrier. */
export async function isComing(
  { fences, clock }: { readonly fences: Pick<FenceStore, 'notes'>; readonly clock: () => number },
  { version, barrier }: MergeName,
  partition: number,
): Promise<boolean> {
  const note = (await fences.notes()).find(({ fence }) => fence.partition === partition);
  if (note === undefined || clock() - note.toldMs > MOVER_SILENT_MS_MAX) return false;
  // Who took the partition and has not told yet is being recovered.
  return note.version === '' || (note.version === version && note.barrier < barrier);
}

/** Says once a barrier which partitions stand before it for others, until the signal aborts. */
export async function tellWaiting(
  exchange: Pick<LiveMerges, 'waiting'>,
  logger: Pick<Logger, 'info'>,
  signal: AbortSignal,
): Promise<void> {
  let before: readonly WaitingPartition[] = [];
  const told = new Map<number, number>();
  while (!signal.aborted) {
    const { waiting } = exchange;
    for (const { partition, barrier, behind } of waiting) {
      const isStill = before.some((one) => one.partition === partition && one.barrier === barrier);
      if (!isStill || told.get(partition) === barrier) continue;
      told.set(partition, barrier);
      logger.info({ partition, barrier, behind }, 'a partition waits for the barrier of others');
    }
    before = waiting;
    await pauseFor(WAITING_LOOK_MS, signal);
  }
}

/** Asks the store where every partition ends: what others appended is known here only once somebody asks. */
async function seeHeads(journal: Pick<Journal, 'partitions' | 'head' | 'read'>): Promise<void> {
  for (let partition = 0; partition < journal.partitions; partition += 1) {
    await journal.read(partition, journal.head(partition));
  }
}

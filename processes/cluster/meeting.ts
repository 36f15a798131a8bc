import { LiveMerges } from '../../activities/merges/live-merges.ts';
import type { WaitingPartition } from '../../activities/merges/live-merges.ts';
import type { FenceStore } from '../../activities/replay/fences.ts';
import type { MergeExchange } from '../../activities/merges/merge-exchange.ts';
import type { MergeName, MergeStore } from '../../activities/merges/merge-store.ts';
import type { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { openMerges } from '../../adapters/cluster/merges.ts';
import { openToldMerges } from '../../adapters/cluster/redis/told-merges.ts';
import type { ToldMerges } from '../../adapters/cluster/redis/told-merges.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import type { Logger } from '../logger.ts';
import { pauseFor } from './servers/patience.ts';
import type { ClusterStores } from './stores.ts';

/** Time without word from a partition's mover after which nobody waits for what it contributes: it is derived. */
export const MOVER_SILENT_MS_MAX = 60_000;

/** How often it is looked who waits for whom. */
const WAITING_LOOK_MS = 1_000;

/** What the partitions of a cluster meet by. */
export interface MeetingDeps {
  readonly stores: Pick<ClusterStores, 'journal' | 'objects' | 'fences'>;
  /** Where contributions wait for each other; among the shared objects where it is absent. */
  readonly link?: RedisLink;
  /** Replay what was lost. */
  readonly versions: () => Pick<VersionRuntimes, 'deriveMerges'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly logger: Logger;
}

/** How long partitions of a version beside the live one wait for others that nobody knows to come: these may begin later. */
export const BESIDE_WAIT_MS_MAX = 60_000;

/** Where the partitions of a worker meet others. */
export interface WorkerMeetings {
  /** Those of the live version. */
  readonly live: LiveMerges;
  /** Those of versions that are held beside it. */
  readonly beside: LiveMerges;
}

/** Opens where partitions meet, whichever worker moves each of them; undefined where there is one partition. */
export function openClusterMeeting(deps: MeetingDeps): LiveMerges | undefined {
  if (deps.stores.journal.partitions < 2) return undefined;
  return meetingOver(deps, openMeetingStore(deps));
}

/** Opens where the partitions of a worker meet others: what the live version made is there for who held it beside. */
export function openWorkerMeetings(deps: MeetingDeps): WorkerMeetings | undefined {
  if (deps.stores.journal.partitions < 2) return undefined;
  const store = openMeetingStore(deps);
  return {
    live: meetingOver(deps, store),
    beside: meetingOver(deps, store, BESIDE_WAIT_MS_MAX),
  };
}

function openMeetingStore({ stores, link, logger }: MeetingDeps): MergeStore {
  const { journal, objects } = stores;
  return openMerges({
    ...{ objects, partitions: journal.partitions },
    ...(link !== undefined && { link, told: openToldMerges(link) }),
    onDamaged: (path, reason) => {
      logger.warn({ path, reason }, 'a merge is damaged and is derived again where it is needed');
    },
    onUnkept: (error) => {
      logger.warn({ err: error }, 'merges cannot be made durable: they are tried again');
    },
  });
}

function meetingOver(deps: MeetingDeps, store: MergeStore, mergeWaitMsMax?: number): LiveMerges {
  const { stores, versions, clock, logger } = deps;
  const { journal, fences } = stores;
  return new LiveMerges({
    ...{ store, clock },
    ...(mergeWaitMsMax !== undefined && { mergeWaitMsMax }),
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

/** How often it is looked whether a merge is told, and after how many looks whether it is kept: that takes more calls. */
const TOLD_LOOK_MS = 10;
const LOOKS_A_READ = 20;

/** What merges are read with. */
export interface MergeReadingDeps extends Pick<MeetingDeps, 'clock' | 'logger'> {
  readonly stores: {
    readonly journal: Pick<Journal, 'partitions'>;
    readonly objects: ClusterStores['objects'];
  };
  /** Where workers tell merges before they are durable. */
  readonly told: Pick<ToldMerges, 'heard'>;
}

/** Opens what a process takes merges by that moves no partition: it contributes nothing and derives none. */
export function openMergeReading(deps: MergeReadingDeps): MergeExchange | undefined {
  const { stores, clock, logger, told } = deps;
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
      for (let looks = 0; !signal.aborted; looks += 1) {
        // While Redis does not answer, merges come as they are kept.
        const heard = await told.heard(name).catch(() => undefined);
        const merge = heard ?? (looks % LOOKS_A_READ === 0 ? await store.read(name) : undefined);
        if (merge !== undefined) return merge;
        if (clock() > endMs) {
          throw new RepriseError(
            'NOT_FOUND',
            `there is no merge of barrier ${String(name.barrier)}: it is late, or no checkpoint needs it any more`,
          );
        }
        await pauseFor(TOLD_LOOK_MS, signal);
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
  if (note.version === '') return true;
  const stands = [note, ...(note.held ?? [])];
  return stands.some((one) => one.version === version && one.barrier < barrier);
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

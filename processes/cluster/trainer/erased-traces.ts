import type { CheckpointWishes } from '../../../activities/replay/checkpoint-wishes.ts';
import type { DeletedTraces } from '../../../activities/forgetting/erasure-record.ts';
import type { TraceTest } from '../../../activities/forgetting/erasing.ts';
import type { ObjectStore } from '../../../activities/object-store.ts';
import { retireBases } from '../../../activities/versions/retired-bases.ts';
import { dropDeltas } from '../../../adapters/cluster/redis/delta-stream.ts';
import type { SharedIndexReleases } from '../../../adapters/cluster/index-releases.ts';
import type { RedisLink } from '../../../adapters/cluster/redis/redis.ts';
import type { PopularStore } from '../../../projections/popular-store.ts';
import type { UserStore } from '../../../projections/user-store.ts';
import type { ClusterStores } from '../stores.ts';

/** How often it is looked whether the movers have left what the next ones go on from. */
const LOOK_MS = 250;

/** Looks after which the wish for a checkpoint is said again. */
const LOOKS_A_WISH = 8;

/** What deleting the traces of erased users works on. */
export interface ClusterTracesDeps {
  readonly stores: Pick<ClusterStores, 'objects' | 'checkpoints' | 'registry'>;
  readonly partitions: number;
  readonly link: RedisLink;
  readonly wishes: Pick<CheckpointWishes, 'wish'>;
  readonly users: Pick<UserStore, 'place'>;
  readonly popular: Pick<PopularStore, 'drop'>;
  readonly releases: Pick<SharedIndexReleases, 'list' | 'removeOld'>;
  /** Resolves after a while; throws where the work is to end. */
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Deletes everything derived that may hold an erased user, once a version without them is live in every partition:
 * checkpoints, merges and index releases of all other versions, the bases that hold one, the files of training runs,
 * which fail then, and the changes that wait in Redis.
 */
export async function deleteClusterTraces(
  deps: ClusterTracesDeps,
  live: string,
  holds: TraceTest,
): Promise<DeletedTraces> {
  const { stores, partitions, link, popular } = deps;
  const { objects } = stores;
  for (let partition = 0; partition < partitions; partition += 1) {
    await settled(deps, partition, live);
  }
  const deleted = {
    runs: await removeBelow(objects, 'runs/', () => true),
    bases: await retireBases(stores.registry, live, holds),
    checkpoints:
      (await removeBelow(objects, 'checkpoints/', (version) => version !== live, 2)) +
      // Workers keep no states of older versions since this one was planned.
      (await removeBelow(objects, 'shadows/', (version) => version !== live, 2)),
    merges: await removeBelow(objects, 'merges/', (version) => version !== live, 2),
    indexReleases: await removeReleases(deps, live),
  };
  await dropDeltas(link, partitions);
  // Counted again from the journal, whose readers pass over who was erased.
  await popular.drop();
  return deleted;
}

/** Waits until a partition's mover goes on with a version, and whoever follows it needs nothing of another one. */
async function settled(
  { stores, wishes, users, pause }: ClusterTracesDeps,
  partition: number,
  live: string,
): Promise<void> {
  for (let looks = 0; ; looks += 1) {
    const [newest] = await stores.checkpoints.list(partition);
    const place = await users.place(partition);
    if (newest?.version === live && place?.version === live) return;
    if (looks % LOOKS_A_WISH === 0) await wishes.wish(partition).catch(() => undefined);
    await pause(LOOK_MS);
  }
}

/** Removes objects whose first part of the name is meant; returns how many different names of that depth there were. */
async function removeBelow(
  objects: Pick<ObjectStore, 'list' | 'remove'>,
  folder: string,
  isMeant: (first: string) => boolean,
  depth = 1,
): Promise<number> {
  const removed = new Set<string>();
  for (const { name } of await objects.list(folder)) {
    const parts = name.slice(folder.length).split('/');
    if (!isMeant(parts[0] ?? '')) continue;
    await objects.remove(name);
    removed.add(parts.slice(0, depth).join('/'));
  }
  return removed.size;
}

async function removeReleases(
  { releases }: ClusterTracesDeps,
  live: string,
): Promise<readonly string[]> {
  const own = (await releases.list()).filter(({ version }) => version === live);
  return releases.removeOld(
    0,
    own.map(({ release }) => release),
  );
}

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createIndexingActivities } from '../../activities/indexing.ts';
import { openCheckpointWishes } from '../../adapters/cluster/checkpoint-wishes.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { openIndexReleases } from '../../adapters/cluster/index-releases.ts';
import type { SharedIndexReleases } from '../../adapters/cluster/index-releases.ts';
import { createIndexer } from '../../adapters/embedded/indexer.ts';
import type { IndexBuilder, IndexManifest } from '../../projections/index-release.ts';
import { CLUSTER_TASK_QUEUES } from '../../workflows/messages.ts';
import { readNativeParts } from '../core/native-parts.ts';
import { yieldNow } from '../core/yield-now.ts';
import { meteredBuilder } from '../observe/metered-ports.ts';
import { CheckpointSource } from './checkpoint-source.ts';
import { Closers } from './closers.ts';
import type { ProcessWays, RunningProcess } from './frame.ts';
import { persist } from './servers/persisting.ts';
import { RELEASE_LOOK_MS } from './release-following.ts';
import { openRuntimes } from './runtimes.ts';
import { openFactSending } from './fact-sending.ts';
import { openClusterStores } from './stores.ts';
import type { ClusterStores } from './stores.ts';
import { serveTaskQueue } from './servers/task-queue.ts';
import { untilTold } from './until-told.ts';

/** Releases that are kept, the newest first to stay. */
const RELEASES_KEPT_MAX = 3;

/** Starts an indexer of the cluster: it builds index releases from checkpoints, each in a child process of its own. */
export async function startClusterIndexer(ways: ProcessWays): Promise<RunningProcess> {
  const { config, logger, signal } = ways;
  const clock = (): number => Date.now();
  const closers = new Closers();
  const { dependencyWaitMsMax: waitMsMax } = config;
  try {
    const stores = await persist(() => openClusterStores({ config, logger, clock }), {
      ...{ logger, signal, waitMsMax, what: 'open the stores' },
    });
    closers.add(() => stores.close());
    const facts = await openFactSending(ways);
    closers.add(() => facts.close());
    const source = await openSource(stores, facts.link, ways);
    const folder = join(config.scratchFolder, 'indexes');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { objects } = stores;
    const releases = openIndexReleases({ objects, folder, random: randomBytes, clock });
    const { unavailable } = readNativeParts().faiss;
    const activities = createIndexingActivities({
      door: facts.door,
      source: () => source.source(),
      survey: () => source.survey(),
      builder:
        unavailable === undefined
          ? meteredBuilder(builderOf(folder, releases), ways.observation)
          : undefined,
      unavailable,
      useRelease: (manifest) => leaveToReaders(releases, manifest),
      clock,
    });
    await serveTaskQueue(ways, { taskQueue: CLUSTER_TASK_QUEUES.indexing, activities }, closers);
    return untilTold(closers, signal);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function openSource(
  stores: ClusterStores,
  link: RedisLink,
  ways: ProcessWays,
): Promise<CheckpointSource> {
  const { fences, checkpoints, registry } = stores;
  const wishes = openCheckpointWishes(link);
  const { kernels, maker } = await openRuntimes(stores, link, ways);
  return new CheckpointSource({
    ...{ fences, checkpoints, registry, wishes, kernels, maker, yieldNow },
    partitions: ways.config.partitions,
    clock: () => performance.now(),
    sleep: (milliseconds) => sleep(milliseconds),
    onOlder: (partition, reason) => {
      ways.logger.warn({ partition, reason }, 'an index is built from an older checkpoint');
    },
  });
}

function builderOf(folder: string, releases: SharedIndexReleases): IndexBuilder {
  return createIndexer({
    root: folder,
    script: new URL('../indexer.ts', import.meta.url),
    releases,
    publish: (built) => releases.publish(built),
  });
}

/** Every API looks for releases by itself, so none is swapped here; what nobody will look for is removed. */
async function leaveToReaders(
  releases: SharedIndexReleases,
  { release }: IndexManifest,
): Promise<string> {
  await releases.removeOld(RELEASES_KEPT_MAX, [release]);
  return `${release} is published: each API uses it from its next look on, every ${String(RELEASE_LOOK_MS)} ms, and its status says so`;
}

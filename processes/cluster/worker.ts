import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Context } from '@temporalio/activity';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import { createReplayActivities } from '../../activities/replay/replay.ts';
import { openCheckpointWishes } from '../../adapters/cluster/checkpoint-wishes.ts';
import { openDeltaWriter } from '../../adapters/cluster/redis/delta-stream.ts';
import { openObservedEvents } from '../../adapters/cluster/observed-events.ts';
import { openObservedPlaces } from '../../adapters/cluster/observed-places.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { openPopular } from '../../adapters/cluster/popular.ts';
import { openErasures } from '../../adapters/cluster/records.ts';
import { openToldMarks } from '../../adapters/cluster/told-marks.ts';
import { openUsers } from '../../adapters/cluster/users.ts';
import { openWorkerRegister } from '../../adapters/cluster/worker-register.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../../model/settings.ts';
import { CLUSTER_TASK_QUEUES } from '../../workflows/messages.ts';
import { PrequentialMetricsBook } from '../core/prequential-metrics.ts';
import { yieldNow } from '../core/yield-now.ts';
import { installRuntimeLog } from '../durable/runtime-log.ts';
import { WorkflowStarter } from '../durable/starter.ts';
import { startWorkerLoop } from '../durable/worker-loop.ts';
import { standOfLearning } from '../observe/learning-stand.ts';
import { meteredStores } from '../observe/metered-stores.ts';
import { keepBarriers } from './worker/barrier-keeper.ts';
import { hearBlocks } from './block-hearing.ts';
import type { BlockHearing } from './block-hearing.ts';
import { Closers } from './closers.ts';
import type { ProcessWays, RunningProcess } from './frame.ts';
import { hearTraces } from './worker/trace-hearing.ts';
import { tellWaiting } from './meeting.ts';
import { pruneMerges } from './worker/merge-pruning.ts';
import { tellObserved } from './observed-telling.ts';
import type { ObservedTellingDeps } from './observed-telling.ts';
import { takePartition } from './worker/partition-taking.ts';
import type { TakingDeps } from './worker/partition-taking.ts';
import { PartitionHost } from './worker/partition-host.ts';
import { patiently, pauseFor } from './servers/patience.ts';
import type { Patience } from './servers/patience.ts';
import { connectRedis } from './servers/redis-link.ts';
import { keepReplays } from './worker/replay-keeper.ts';
import { ShareSlots } from './worker/share-slots.ts';
import { openFactSending } from './fact-sending.ts';
import { need, openClusterStores } from './stores.ts';
import type { ClusterStores } from './stores.ts';
import { connectTemporal } from './servers/temporal.ts';
import type { ClusterTemporal } from './servers/temporal.ts';
import { openWorkerLearning } from './worker/worker-learning.ts';
import type { WorkerLearning } from './worker/worker-learning.ts';
import { openWorkerVersions } from './worker/worker-versions.ts';
import type { WorkerVersions } from './worker/worker-versions.ts';

/** How long a worker that ends waits for its leases, which end with a checkpoint each. */
const LEASES_END_MS_MAX = 4_000;

/** Who hears of the end: so many for each partition and what is held of it, and some more. */
const LISTENERS_A_PARTITION = 16;
const LISTENERS_SPARE = 64;

/** How long one decision of a workflow may take, before another worker decides: this one may have stopped. */
const WORKFLOW_TASK_MS_MAX = 3_000;

/** How often it is looked whether an erasure is done. */
const ERASED_LOOK_MS = 1_000;

/** Opens a worker: it holds partitions as they are leased to it, learns, and tells what changed. */
export async function openWorker(ways: ProcessWays): Promise<RunningProcess> {
  const closers = new Closers();
  try {
    const parts = await openParts(ways, closers);
    const loop = await startQueues(parts);
    closers.add(() => loop.close());
    closers.add(() => {
      parts.host.retire();
      return Promise.resolve();
    });
    const ended = runBeside(parts);
    return { awaited: () => [], ended, close: () => closers.close() };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface WorkerParts extends ProcessWays {
  readonly stores: ClusterStores;
  readonly temporal: ClusterTemporal;
  readonly host: PartitionHost;
  readonly queue: string;
  readonly learning: WorkerLearning;
  readonly beside: WorkerVersions;
  readonly telling: ObservedTellingDeps;
  readonly heed: (patience: Patience) => Promise<void>;
  readonly hear: () => Promise<void>;
  readonly patience: Patience;
}

/** Opens everything, in an order whose reverse closes well. */
async function openParts(ways: ProcessWays, closers: Closers): Promise<WorkerParts> {
  const { config, logger } = ways;
  // Wall clock with fractions that goes on while the process is stopped.
  const clock = (): number => performance.timeOrigin + performance.now();
  const holder = `${hostname()}-${String(process.pid)}-${randomBytes(3).toString('hex')}`;
  const queue = `${CLUSTER_TASK_QUEUES.partitions}-${holder}`;
  const stores = await openClusterStores({
    ...{ config, logger },
    clock: () => Math.floor(clock()),
    fenceOf: (partition) => host.fenceOf(partition),
  });
  closers.add(() => stores.close());
  const link = await connectRedis(ways);
  closers.add(() => link.close());
  const over = new AbortController();
  setMaxListeners(LISTENERS_SPARE + LISTENERS_A_PARTITION * config.partitions, over.signal);
  const patience: Patience = {
    signal: over.signal,
    onTrouble: (error) => logger.warn({ err: error }, 'waiting for what is down'),
  };
  installRuntimeLog(logger);
  const temporal = await connectTemporal(config);
  closers.add(() => temporal.close());
  closers.add(() => {
    over.abort();
    return Promise.resolve();
  });
  const { sliceMsMax } = config;
  const learning = await openWorkerLearning({ stores, link, sliceMsMax, clock, patience, logger });
  closers.add(async () => {
    learning.merges?.close();
    learning.besideMerges?.close();
    return Promise.resolve();
  });
  const observed = new PrequentialMetricsBook(config.prequentialShare);
  const beside = openWorkerVersions({
    ...{ config, logger, stores, link, learning, observed, patience, clock },
    moved: () => host.held,
  });
  closers.add(() => beside.close());
  const taking = takingOf(ways, {
    ...{ stores, link, learning, beside, observed, clock },
    onCheckpointNeeded: (partition) => host.wish(partition),
  });
  const host: PartitionHost = new PartitionHost({
    ...{ holder, queue, logger, partitions: config.partitions, fences: stores.fences },
    register: openWorkerRegister(link),
    take: (fence, onLost) => takePartition(fence, taking, onLost),
    isAskedAlone: () => Context.current().info.taskQueue === queue,
  });
  closers.add(() => host.close());
  measureLearning(ways, { observed, host, stores });
  const wishes = openCheckpointWishes(link);
  const onWish = (partition: number, version?: string): void => {
    if (version === undefined) host.wish(partition);
    else void beside.held.wish(version, partition);
  };
  const heed = (waiting: Patience): Promise<void> =>
    patiently(waiting, () => wishes.heed(onWish, waiting.signal));
  const telling = { observed, logger, ...observedIn(link) };
  const hear = hearingOf(ways, { link, journal: stores.journal, host, signal: over.signal });
  return {
    ...ways,
    ...{ stores, temporal, host, queue, learning, beside, telling, heed, hear, patience },
  };
}

/** Hears of what others appended, and of the traces that go on there. */
function hearingOf(
  { observation, logger }: ProcessWays,
  { host, ...hearing }: Omit<BlockHearing, 'logger'> & { readonly host: PartitionHost },
): () => Promise<void> {
  const isMoved = (partition: number): boolean =>
    host.held.some((held) => held.partition === partition);
  return async () => {
    await Promise.all([
      hearBlocks({ ...hearing, logger }),
      hearTraces({ ...hearing, logger, isMoved, traced: observation.traced }),
    ]);
  };
}

interface TakingParts extends Pick<WorkerParts, 'stores' | 'learning' | 'beside'> {
  readonly link: RedisLink;
  readonly observed: PrequentialMetricsBook;
  readonly clock: () => number;
  readonly onCheckpointNeeded: (partition: number) => void;
}

/** What partitions are taken with. */
function takingOf(
  { config, logger, observation }: ProcessWays,
  { stores, link, learning, beside, observed, clock, onCheckpointNeeded }: TakingParts,
): TakingDeps {
  const { versions, linksOf, merges } = learning;
  const { held } = beside;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  return {
    versions: {
      recover: (...asked) => versions.recover(...asked),
      runtimeAt: (...asked) => held.runtimeAt(...asked),
      isRetired: (version) => versions.isRetired(version),
    },
    ...{ beside: held, merges, clock, yieldNow, logger, marks: openToldMarks(link) },
    linked: (own, rowsAt) => {
      const newest: CheckpointStore['newest'] = (query) => stores.checkpoints.newest(query);
      return linksOf({ save: (checkpoint) => own.save(checkpoint), newest }, rowsAt);
    },
    ...{ sliceMsMax: config.sliceMsMax, bounds: config },
    ...{ journal: stores.journal, fences: stores.fences },
    ...meteredStores(
      {
        checkpoints: stores.checkpoints,
        stream: openDeltaWriter(link, { onCheckpointNeeded }),
        users: openUsers({ connection: stores.mongo, database }),
        popular: openPopular({ link, halfLifeMs: DEFAULT_LEARNER_SETTINGS.popularityHalfLifeMs }),
      },
      observation,
    ),
    observerOf: (version) => observed.observerOf(version),
    onLearned: learnedTelling(observation, clock),
    fold: {
      types: DEFAULT_INTERACTION_TYPES,
      // Not the identities: another process's removal may go unnoticed there for a while.
      isErased: (surrogate) => stores.journal.isErased(surrogate),
    },
  };
}

/** Tells traces what was learned; undefined where none are kept. */
function learnedTelling(
  { traced }: ProcessWays['observation'],
  clock: () => number,
): TakingDeps['onLearned'] {
  if (traced === undefined) return undefined;
  return ({ partition, to: sequence, version }) => {
    const nowMs = clock();
    traced.positions.applied({ partition, sequence, version, beganMs: nowMs, endedMs: nowMs });
  };
}

/** Where it is told how events were ranked. */
function observedIn(link: RedisLink): Pick<ObservedTellingDeps, 'places' | 'events'> {
  return { places: openObservedPlaces(link), events: openObservedEvents(link) };
}

/** Has the partitions that are held measured whenever somebody looks. */
function measureLearning(
  { observation }: ProcessWays,
  {
    observed,
    host,
    stores,
  }: Pick<WorkerParts, 'host' | 'stores'> & {
    readonly observed: PrequentialMetricsBook;
  },
): void {
  observation.onLook(
    standOfLearning({
      ...{ instruments: observation.instruments, prequential: observed },
      live: () => host.held,
      head: (partition) => stores.journal.head(partition),
    }),
  );
}

/** Works on the workflows' queue, on that of the partitions, and on this worker's own. */
async function startQueues(parts: WorkerParts): ReturnType<typeof startWorkerLoop> {
  const { stores, temporal, host, queue, beside, logger } = parts;
  // The share counts from the first lease on.
  await host.beat();
  const replay = createReplayActivities({
    journal: stores.journal,
    live: (partition) => {
      const { attempt, taskQueue, currentAttemptScheduledTimestampMs } = Context.current().info;
      const waitedMs = Date.now() - currentAttemptScheduledTimestampMs;
      logger.debug({ partition, attempt, taskQueue, waitedMs }, 'a lease is asked for');
      return host.live(partition);
    },
    ownQueue: (partition) => host.queueOf(partition),
    // A version is built where the live one is moved, and promoted there.
    versions: { advanceShadow: (...asked) => beside.held.advanceInTurn(...asked) },
    shadows: beside.held,
  });
  const activities = { ...replay, ...beside.activities };
  // Few pollers: what one of a stopped process has taken is lost until its time-out.
  const activityPollersMax = 1;
  return startWorkerLoop({
    connect: () => temporal.connectWorker(),
    namespace: temporal.namespace,
    queues: [
      { taskQueue: CLUSTER_TASK_QUEUES.workflows, workflows: true },
      {
        ...{ taskQueue: CLUSTER_TASK_QUEUES.partitions, activities, activityPollersMax },
        activitySlots: new ShareSlots(() => host.room),
      },
      { taskQueue: CLUSTER_TASK_QUEUES.shadows, activities, activityPollersMax },
      { taskQueue: queue, activities, activityPollersMax },
    ],
    logger,
    shutdownMsMax: LEASES_END_MS_MAX,
  });
}

/** Forgets the shadows of other versions whenever an erasure is done: they may know users who were erased. */
async function forgetErased({ config, stores, learning, patience }: WorkerParts): Promise<void> {
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const records = openErasures({ connection: stores.mongo, database });
  const { signal } = patience;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const changed = await patiently(patience, () => records.changed());
    for (const { state, version } of changed) {
      // Those that were done before this process began left nothing here.
      if (state === 'done' && version !== undefined && !isFirst) {
        learning.versions.dropOtherShadows(version);
      }
    }
    await pauseFor(ERASED_LOOK_MS, signal);
  }
}

/** What goes on beside the leases until the end. */
async function runBeside(parts: WorkerParts): Promise<void> {
  const { config, stores, temporal, host, patience, heed, hear, logger } = parts;
  const starter = new WorkflowStarter(temporal.client, temporal.uiUrl, {
    taskQueue: CLUSTER_TASK_QUEUES.workflows,
    namespace: temporal.namespace,
    taskMsMax: WORKFLOW_TASK_MS_MAX,
  });
  const { partitions, leaseMsMax } = config;
  const keeper = {
    partitions,
    leaseMsMax,
    starter,
    fences: stores.fences,
    clock: Date.now,
    logger,
  };
  await Promise.all([
    meetAtBarriers(parts),
    host.run(patience.signal),
    tellObserved(parts.telling, patience.signal),
    hear(),
    parts.beside.run(),
    forgetErased(parts).catch((error: unknown) => {
      if (!patience.signal.aborted) throw error;
    }),
    keepReplays(keeper, patience.signal),
    heed(patience).catch((error: unknown) => {
      if (!patience.signal.aborted) throw error;
    }),
  ]);
}

/** Sets barriers and drops old merges where partition 0 is held here, and says who waits at a barrier. */
async function meetAtBarriers(parts: WorkerParts): Promise<void> {
  const { stores, host, learning, patience, logger, config } = parts;
  const { signal } = patience;
  const { merges } = learning;
  if (merges === undefined) return;
  const closers = new Closers();
  const keeping = keepBarriers(
    {
      ...{ journal: stores.journal, clock: Date.now, logger },
      first: () => host.held.find(({ partition }) => partition === 0)?.runtime,
      openDoor: async () => {
        const facts = await openFactSending({ config, logger, signal });
        closers.add(() => facts.close());
        return facts.door;
      },
    },
    signal,
  );
  try {
    const pruning = pruneMerges(
      {
        ...{ partitions: config.partitions, merges, logger },
        isFirst: () => host.held.some(({ partition }) => partition === 0),
        notes: () => stores.fences.notes(),
      },
      signal,
    );
    await Promise.all([keeping, pruning, tellWaiting(merges, logger, signal)]);
  } finally {
    await closers.close();
  }
}

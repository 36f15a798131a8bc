import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createErasingActivities } from '../../activities/forgetting/erasing.ts';
import type { Activities } from '../../activities/index.ts';
import { createProvingActivities } from '../../activities/replay/proving.ts';
import { createQuarantineActivities } from '../../activities/forgetting/quarantining.ts';
import { createSchedulingActivities } from '../../activities/versions/scheduling.ts';
import { ShadowPace } from '../../activities/versions/shadow-pace.ts';
import { createTrainingActivities } from '../../activities/training/training.ts';
import { openCheckpointWishes } from '../../adapters/cluster/checkpoint-wishes.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { openToldMarks } from '../../adapters/cluster/told-marks.ts';
import { openRuns } from '../../adapters/cluster/runs.ts';
import { createTrainerPool } from '../../adapters/embedded/trainer.ts';
import { CLUSTER_TASK_QUEUES } from '../../workflows/messages.ts';
import { readNativeParts } from '../core/native-parts.ts';
import { yieldNow } from '../core/yield-now.ts';
import { planOf } from '../durable/planned-runs.ts';
import { meteredTrainers } from '../observe/metered-ports.ts';
import { Closers } from './closers.ts';
import type { ProcessWays, RunningProcess } from './frame.ts';
import { openLeavingOut } from './trainer/leaving-out.ts';
import { liveStateOf } from './live-states.ts';
import { pause, persist } from './servers/persisting.ts';
import { openRuntimes } from './runtimes.ts';
import type { ClusterRuntimes } from './runtimes.ts';
import { openFactSending } from './fact-sending.ts';
import { openClusterStores } from './stores.ts';
import type { ClusterStores } from './stores.ts';
import { serveTaskQueue } from './servers/task-queue.ts';
import { untilTold } from './until-told.ts';
import { proveVersion as proveOf } from './version-proof.ts';

/**
 * Starts a trainer of the cluster: it does the activities of training runs, each run in a child process of its own, and
 * those of versions that leave events out.
 */
export async function startClusterTrainer(ways: ProcessWays): Promise<RunningProcess> {
  const { config, logger, signal } = ways;
  const clock = (): number => Date.now();
  const closers = new Closers();
  const { dependencyWaitMsMax: waitMsMax } = config;
  try {
    const stores = await persist(() => openClusterStores({ config, logger, clock }), {
      ...{ logger, signal, waitMsMax, what: 'open the stores' },
    });
    closers.add(() => stores.close());
    const { journal, registry, fences, objects } = stores;
    const facts = await openFactSending(ways);
    closers.add(() => facts.close());
    const runtimes = await openRuntimes(stores, facts.link, ways);
    const { versions, maker } = runtimes;
    const trainer = createTrainerPool({
      script: new URL('../trainer.ts', import.meta.url),
      tfjsUnavailable: readNativeParts().tfjs.unavailable,
    });
    closers.add(() => trainer.close());
    const leavingOut = openLeavingOut({ config, signal, stores, facts, maker, clock });
    const training = createTrainingActivities({
      ...{ journal, registry, versions, clock, yieldNow },
      trainer: meteredTrainers(trainer, ways.observation),
      door: facts.door,
      live: (partition) => liveStateOf(fences, partition),
      files: openRuns({
        ...{ objects, random: randomBytes },
        folder: join(config.scratchFolder, 'runs'),
      }),
      sliceMsMax: config.sliceMsMax,
      sleep: pause,
      refuseStale: leavingOut.refuseStale,
    });
    const activities = {
      ...training,
      ...createErasingActivities(leavingOut.erasing),
      ...createQuarantineActivities(leavingOut.quarantining),
      ...duties(ways, { stores, runtimes, link: facts.link }),
    };
    await serveTaskQueue(ways, { taskQueue: CLUSTER_TASK_QUEUES.training, activities }, closers);
    return untilTold(closers, signal);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface DutyParts {
  readonly stores: ClusterStores;
  readonly runtimes: ClusterRuntimes;
  readonly link: RedisLink;
}

/** What a trainer does for schedules: it plans their runs, and proves versions within a share of its time. */
function duties(
  { config, logger }: ProcessWays,
  { stores, runtimes, link }: DutyParts,
): Pick<Activities, 'planRun' | 'proveVersion'> {
  const { registry, checkpoints } = stores;
  const { maker } = runtimes;
  // Fractions, for slices are measured by it.
  const clock = (): number => performance.timeOrigin + performance.now();
  const native = { tfjs: readNativeParts().tfjs, faiss: { unavailable: undefined } };
  const scheduling = createSchedulingActivities({
    plan: (kind) => planOf({ native, registry, config, clock }, kind),
    promoteShadow: () => Promise.reject(new RangeError('a worker promotes')),
  });
  const wishes = openCheckpointWishes(link);
  const taking = { checkpoints, registry, maker, wishes, clock, logger, sleep: pause };
  const { scratchFolder, sliceMsMax } = config;
  const sleep = async (ms: number): Promise<void> => {
    await wait(ms);
  };
  const proving = createProvingActivities({
    prove: (request, { onProgress, signal }) =>
      proveOf(
        {
          ...runtimes,
          stores,
          taking,
          marks: openToldMarks(link),
          clock,
          scratchFolder,
          sliceMsMax,
        },
        request,
        onProgress,
        signal,
        new ShadowPace({ clock, yieldNow, sleep }).yielder(),
      ),
  });
  return {
    planRun: (input) => scheduling.planRun(input),
    proveVersion: (request) => proving.proveVersion(request),
  };
}

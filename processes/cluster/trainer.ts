import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createErasingActivities } from '../../activities/erasing.ts';
import { createQuarantineActivities } from '../../activities/quarantining.ts';
import { createTrainingActivities } from '../../activities/training.ts';
import { openRuns } from '../../adapters/cluster/runs.ts';
import { createTrainerPool } from '../../adapters/embedded/trainer.ts';
import { CLUSTER_TASK_QUEUES } from '../../workflows/messages.ts';
import { readNativeParts } from '../core/native-parts.ts';
import { yieldNow } from '../core/yield-now.ts';
import { meteredTrainers } from '../observe/metered-ports.ts';
import { Closers } from './closers.ts';
import type { ProcessWays, RunningProcess } from './frame.ts';
import { openLeavingOut } from './leaving-out.ts';
import { liveStateOf } from './live-states.ts';
import { pause, persist } from './persisting.ts';
import { openRuntimes } from './runtimes.ts';
import { openFactSending } from './fact-sending.ts';
import { openClusterStores } from './stores.ts';
import { serveTaskQueue } from './task-queue.ts';
import { untilTold } from './until-told.ts';

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
    const { versions, maker } = await openRuntimes(stores, facts.link, ways);
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
    };
    await serveTaskQueue(ways, { taskQueue: CLUSTER_TASK_QUEUES.training, activities }, closers);
    return untilTold(closers, signal);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

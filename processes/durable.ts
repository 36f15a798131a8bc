import { randomInt } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { startTemporalServer } from '../adapters/embedded/temporal-server.ts';
import { createTrainerPool } from '../adapters/embedded/trainer.ts';
import type { IndexReleaseRequest, TrainingRequest } from '../api/schema/answers.ts';
import { RepriseError } from '../events/error.ts';
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../workflows/messages.ts';
import type { CoreParts } from './core/core-parts.ts';
import type { DurableRuns } from './core/durable-host.ts';
import { activityDeps } from './durable/activity-deps.ts';
import { installRuntimeLog } from './durable/runtime-log.ts';
import { WorkflowStarter } from './durable/starter.ts';
import { startWorkerLoop } from './durable/worker-loop.ts';

/** Epochs of a training that names none. */
export const EPOCHS_DEFAULT = 8;

/** Epochs without a better hit rate after which a training stops. */
const PATIENCE_EPOCHS = 3;

/** The share of each partition's events, at its end, that is held out of a training. */
const HOLDOUT_SHARE = 0.1;

/** The recall at 10 below which no index is released. */
const RECALL_10_MIN = 0.99;

/**
 * Starts durable workflows: Temporal's server, the worker in this process, and a lease of every partition's live
 * replay. Throws UNAVAILABLE, with the remedy, where the server is not there or does not start.
 */
export async function startDurable(parts: CoreParts): Promise<DurableRuns> {
  const { native, logger, stores, live, config } = parts;
  const program = native.temporal.path;
  if (program === undefined) {
    throw new RepriseError('UNAVAILABLE', native.temporal.unavailable ?? 'temporal is not set up');
  }
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).reverse()) await one();
  };
  try {
    installRuntimeLog(logger);
    const server = await startTemporalServer({
      program,
      folder: stores.folder.partPath('temporal'),
      guard: new URL('./temporal-guard.ts', import.meta.url),
      searchAttributes: SEARCH_ATTRIBUTES,
      logger,
    });
    closers.push(() => server.stop());
    const connection = await Connection.connect({ address: server.address });
    closers.push(() => connection.close());
    const trainer = createTrainerPool({
      script: new URL('./trainer.ts', import.meta.url),
      unavailable: native.tfjs.unavailable,
    });
    closers.push(() => trainer.close());
    const activities = createActivities(activityDeps(parts, trainer));
    const worker = await startWorkerLoop({
      connect: () => NativeConnection.connect({ address: server.address }),
      queues: [{ taskQueue: TASK_QUEUE, workflows: true, activities }],
      logger,
    });
    closers.push(() => worker.close());
    const starter = new WorkflowStarter(new Client({ connection }), server.uiUrl);
    for (const { partition } of live) await starter.leaseReplay(partition, config.leaseMsMax);
    return {
      url: server.uiUrl,
      startTraining: (request) => startTraining(parts, starter, request),
      startIndexBuild: (request) => startIndexBuild(parts, starter, request),
      describe: (kind, workflowId) => starter.describe(kind, workflowId),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startTraining(
  { native, registry, config }: CoreParts,
  starter: WorkflowStarter,
  { epochs = EPOCHS_DEFAULT, seed = randomInt(2 ** 32), promote = 'if-not-worse' }: TrainingRequest,
): ReturnType<DurableRuns['startTraining']> {
  const { unavailable } = native.tfjs;
  if (unavailable !== undefined) {
    throw new RepriseError('UNAVAILABLE', `training is off: ${unavailable}`);
  }
  return starter.train({
    version: await registry.nextName(),
    ...{ epochs, seed, promote },
    patience: PATIENCE_EPOCHS,
    holdoutShare: HOLDOUT_SHARE,
    leaseMsMax: config.leaseMsMax,
  });
}

async function startIndexBuild(
  { native, live, clock }: CoreParts,
  starter: WorkflowStarter,
  { version }: IndexReleaseRequest,
): ReturnType<DurableRuns['startIndexBuild']> {
  const { unavailable } = native.faiss;
  if (unavailable !== undefined) {
    throw new RepriseError('UNAVAILABLE', `approximate search is off: ${unavailable}`);
  }
  const serves = live[0]?.runtime.definition.version;
  if (version !== undefined && version !== serves) {
    throw new RepriseError('INVALID', `version ${version} is not live: leave version out`, {
      field: 'version',
    });
  }
  const createdMs = Math.floor(clock());
  return starter.buildIndex({
    release: releaseName(createdMs),
    createdMs,
    recall10Min: RECALL_10_MIN,
  });
}

/** Names a release after its time: `r20261123-084801-123`, which sorts and is a folder's name everywhere. */
function releaseName(createdMs: number): string {
  const digits = new Date(createdMs).toISOString().replace(/\D/g, '');
  return `r${digits.slice(0, 8)}-${digits.slice(8, 14)}-${digits.slice(14)}`;
}

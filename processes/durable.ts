import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { rootCause } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import { startTemporalServer } from '../adapters/embedded/temporal-server.ts';
import { createTrainerPool } from '../adapters/embedded/trainer.ts';
import { RepriseError } from '../events/error.ts';
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../workflows/messages.ts';
import type { CoreParts } from './core/core-parts.ts';
import type { DurableRuns } from './core/durable-host.ts';
import { activityDeps } from './durable/activity-deps.ts';
import { installRuntimeLog } from './durable/runtime-log.ts';
import { BACKFILL_LEASE_MS_MAX } from './durable/backfills.ts';
import { createRuns } from './durable/runs.ts';
import { wantedSchedules } from './durable/schedule-specs.ts';
import { Schedules } from './durable/schedules.ts';
import { WorkflowStarter } from './durable/starter.ts';
import { startWorkerLoop } from './durable/worker-loop.ts';

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
      tfjsUnavailable: native.tfjs.unavailable,
    });
    closers.push(() => trainer.close());
    const activities = createActivities(activityDeps(parts, trainer));
    const worker = await startWorkerLoop({
      connect: () => NativeConnection.connect({ address: server.address }),
      queues: [{ taskQueue: TASK_QUEUE, workflows: true, activities }],
      logger,
    });
    closers.push(() => worker.close());
    const client = new Client({ connection });
    const starter = new WorkflowStarter(client, server.uiUrl);
    for (const { partition } of live) await starter.leaseReplay(partition, config.leaseMsMax);
    const wanted = wantedSchedules(config);
    const schedules = new Schedules({ client, uiUrl: server.uiUrl, wanted });
    await schedules.reconcile().catch((error: unknown) => {
      logger.error({ err: error }, 'the schedules could not be set');
      const reason = error instanceof Error ? rootCause(error) : String(error);
      parts.warnings.add(`the schedules are not what the configuration says: ${String(reason)}`);
    });
    return {
      url: server.uiUrl,
      ...runsOf(parts, starter),
      schedules,
      verify: async ({ model, full = false }) => {
        const id = `verify-${randomUUID().slice(0, 8)}`;
        const started = await starter.verify(id, { full, ...(model !== undefined && { model }) });
        return { ...started, report: (signal) => starter.report(id, signal) };
      },
      travel: async ({ id, ...input }) => {
        await starter.travel(id, input);
        return starter.url(id);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The runs that people and the core itself start. */
function runsOf(
  { registry, clock, config, live, shadows, stores, native }: CoreParts,
  starter: WorkflowStarter,
): ReturnType<typeof createRuns> & Pick<DurableRuns, 'startRebuild'> {
  const { leaseMsMax, erasureDelayMsMax } = config;
  const runs = createRuns({
    ...{ starter, registry, clock, leaseMsMax },
    live: () => live[0]?.runtime.definition.version,
    backfills: {
      ...{ registry, shadows, journal: stores.journal },
      live: () => live[0]?.runtime.definition.version ?? '',
      lastBarrier: () => Math.max(...live.map(({ runtime }) => runtime.barrier)),
      leaseMsMax: Math.min(leaseMsMax, BACKFILL_LEASE_MS_MAX),
    },
    tfjsUnavailable: native.tfjs.unavailable,
    indexUnavailable: native.faiss.unavailable,
  });
  return {
    ...runs,
    startRebuild: (kind, now) => {
      const delayMsMax = kind === 'erasure' ? erasureDelayMsMax : 0;
      return starter.rebuild(kind, { delayMsMax, leaseMsMax }, now);
    },
  };
}

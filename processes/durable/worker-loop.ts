import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { TASK_QUEUE } from '../../workflows/messages.ts';
import type { Logger } from '../logger.ts';

const BUNDLE = new URL('../../.build/workflows.js', import.meta.url);
const SOURCES = new URL('../../workflows/index.ts', import.meta.url);
const RESTART_BACKOFF_MS = 1_000;
/** How long a worker that stops waits for its activities, which end at their next slice. */
const SHUTDOWN_MS_MAX = 2_500;

/** What the worker is made with. */
export interface WorkerLoopDeps {
  readonly address: string;
  readonly activities: Activities;
  readonly logger: Logger;
}

/** A worker that is kept running. */
export interface WorkerLoop {
  close(): Promise<void>;
}

/** Starts the worker in the core's process, and again with back-off where it fails; resolves when it polls. */
export async function startWorkerLoop(deps: WorkerLoopDeps): Promise<WorkerLoop> {
  const workflowBundle = await findBundle();
  const connection = await NativeConnection.connect({ address: deps.address });
  const make = () => createWorker(connection, workflowBundle, deps.activities);
  const loop = new RestartingWorker(make, await make(), deps.logger);
  return {
    async close() {
      await loop.stop();
      // A connection that a worker still holds cannot be closed; the process ends with it.
      await connection.close().catch(() => undefined);
    },
  };
}

class RestartingWorker {
  readonly #make: () => Promise<Worker>;
  readonly #logger: Logger;
  readonly #ended: Promise<void>;
  #worker: Worker;
  #isStopping = false;

  constructor(make: () => Promise<Worker>, first: Worker, logger: Logger) {
    this.#make = make;
    this.#logger = logger;
    this.#worker = first;
    this.#ended = this.#run().catch((error: unknown) => {
      logger.error({ err: error }, 'the worker of durable workflows cannot be started again');
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#worker.run().catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'the worker of durable workflows failed');
      });
      if (this.#isStopping) return;
      await sleep(RESTART_BACKOFF_MS);
      this.#worker = await this.#make();
    }
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#worker.getState() === 'RUNNING') this.#worker.shutdown();
    await Promise.race([this.#ended, sleep(SHUTDOWN_MS_MAX + 500, undefined, { ref: false })]);
  }
}

/** The bundle that set-up built; made on the spot where it is missing. */
async function findBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(BUNDLE)) return { codePath: fileURLToPath(BUNDLE) };
  const logger = new DefaultLogger('ERROR');
  return bundleWorkflowCode({ workflowsPath: fileURLToPath(SOURCES), logger });
}

/** A worker that takes little of the core: one workflow thread, a small cache, few pollers. */
function createWorker(
  connection: NativeConnection,
  workflowBundle: WorkflowBundleOption,
  activities: Activities,
): Promise<Worker> {
  return Worker.create({
    connection,
    taskQueue: TASK_QUEUE,
    workflowBundle,
    activities,
    workflowThreadPoolSize: 1,
    maxCachedWorkflows: 32,
    maxConcurrentWorkflowTaskExecutions: 8,
    maxConcurrentActivityTaskExecutions: 512,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
    // After a kill the next worker has the tasks of the one before as soon as this is over.
    stickyQueueScheduleToStartTimeout: '2s',
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: 0,
    shutdownForceTime: SHUTDOWN_MS_MAX,
  });
}

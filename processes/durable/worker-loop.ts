import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import type { NativeConnection, WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from '../logger.ts';

const BUNDLE = new URL('../../.build/workflows.js', import.meta.url);
const SOURCES = new URL('../../workflows/index.ts', import.meta.url);
const RESTART_BACKOFF_MS = 1_000;
/** How long a worker that stops waits for its activities, which end at their next slice. */
const SHUTDOWN_MS_MAX = 2_500;

/** What the worker is made with. */
export interface WorkerLoopDeps {
  /** Stays the caller's. */
  readonly connection: NativeConnection;
  /** `default` where absent. */
  readonly namespace?: string;
  readonly taskQueue: string;
  readonly activities: object;
  /** The workflows that it runs; one that is absent runs activities alone. */
  readonly workflowBundle?: WorkflowBundleOption;
  readonly logger: Logger;
}

/** A worker that is kept running. */
export interface WorkerLoop {
  close(): Promise<void>;
}

/** Starts the worker in this process, and again with back-off where it fails; resolves when it polls. */
export async function startWorkerLoop(deps: WorkerLoopDeps): Promise<WorkerLoop> {
  const make = (): Promise<Worker> => createWorker(deps);
  const loop = new RestartingWorker(make, await make(), deps.logger);
  return { close: () => loop.stop() };
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
    this.#ended = this.#run();
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#worker.run().catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'the worker of durable workflows failed');
      });
      if (!(await this.#makeAgain())) return;
    }
  }

  /** Makes another worker, for as long as the server cannot be had; false where none is wanted any more. */
  async #makeAgain(): Promise<boolean> {
    while (!this.#isStopping) {
      await sleep(RESTART_BACKOFF_MS);
      try {
        this.#worker = await this.#make();
        if (this.#isStopping) this.#worker.shutdown();
        return true;
      } catch (error) {
        this.#logger.warn({ err: error }, 'the worker of durable workflows cannot be started yet');
      }
    }
    return false;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    if (this.#worker.getState() === 'RUNNING') this.#worker.shutdown();
    await Promise.race([this.#ended, sleep(SHUTDOWN_MS_MAX + 500, undefined, { ref: false })]);
  }
}

/** Finds the bundle that set-up built; it is made on the spot where it is missing. */
export async function findWorkflowBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(BUNDLE)) return { codePath: fileURLToPath(BUNDLE) };
  const logger = new DefaultLogger('ERROR');
  return bundleWorkflowCode({ workflowsPath: fileURLToPath(SOURCES), logger });
}

/** A worker that takes little of the core: one workflow thread, a small cache, few pollers. */
function createWorker({
  connection,
  namespace,
  taskQueue,
  activities,
  workflowBundle,
}: WorkerLoopDeps): Promise<Worker> {
  return Worker.create({
    ...{ connection, taskQueue, activities },
    ...(namespace !== undefined && { namespace }),
    ...(workflowBundle !== undefined && { workflowBundle }),
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

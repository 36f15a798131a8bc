import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  NativeConnection,
  TunerHolder,
  WorkerOptions,
  WorkflowBundleOption,
} from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import type { Logger } from '../logger.ts';

const BUNDLE = new URL('../../.build/workflows.js', import.meta.url);
const SOURCES = new URL('../../workflows/index.ts', import.meta.url);
const RESTART_BACKOFF_MS = 1_000;
/** Tasks of a queue at a time. */
const ACTIVITIES_MAX = 512;
/** How long a worker that stops waits for its activities, which end at their next slice. */
const SHUTDOWN_MS_MAX = 2_500;

/** One task queue that a process works on. */
export interface WorkedQueue {
  readonly taskQueue: string;
  /** Decides workflows, with the bundle that set-up built. */
  readonly workflows?: boolean;
  readonly activities?: Partial<Activities>;
  /** Tasks that are asked for at a time: each may be lost for a while with a process that stops without a word. */
  readonly activityPollersMax?: number;
  /** Says when another task may be asked for; at any time where it is left out. */
  readonly activitySlots?: CustomSlotSupplier<ActivitySlotInfo>;
}

/** What the workers of a process are made with. */
export interface WorkerLoopDeps {
  readonly connect: () => Promise<NativeConnection>;
  /** Temporal's own default where it is left out. */
  readonly namespace?: string;
  readonly queues: readonly WorkedQueue[];
  readonly logger: Logger;
  /** How long workers that stop wait for their activities. */
  readonly shutdownMsMax?: number;
}

/** Workers that are kept running. */
export interface WorkerLoop {
  close(): Promise<void>;
}

/** Starts a worker on each queue, and again with back-off where one fails; resolves when they poll. */
export async function startWorkerLoop(deps: WorkerLoopDeps): Promise<WorkerLoop> {
  const { queues, logger, namespace, shutdownMsMax = SHUTDOWN_MS_MAX } = deps;
  const workflowBundle = queues.some(({ workflows }) => workflows === true)
    ? await findBundle()
    : undefined;
  const connection = await deps.connect();
  const loops: RestartingWorker[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(loops.map((loop) => loop.stop(shutdownMsMax)));
    // A connection that a worker still holds cannot be closed; the process ends with it.
    await connection.close().catch(() => undefined);
  };
  try {
    for (const queue of queues) {
      const make = (): Promise<Worker> =>
        Worker.create({
          ...optionsOf(queue, workflowBundle),
          connection,
          ...(namespace !== undefined && { namespace }),
          shutdownForceTime: shutdownMsMax,
        });
      loops.push(new RestartingWorker(make, await make(), logger));
    }
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
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
      if (!(await this.#remake())) return;
    }
  }

  #isOver(): boolean {
    return this.#isStopping;
  }

  /** Makes another worker, as often as it takes; false where it is over. */
  async #remake(): Promise<boolean> {
    while (!this.#isStopping) {
      await sleep(RESTART_BACKOFF_MS);
      if (this.#isOver()) break;
      try {
        this.#worker = await this.#make();
        return true;
      } catch (error) {
        this.#logger.error(
          { err: error },
          'the worker of durable workflows cannot be started: trying again',
        );
      }
    }
    return false;
  }

  async stop(msMax: number): Promise<void> {
    this.#isStopping = true;
    if (this.#worker.getState() === 'RUNNING') this.#worker.shutdown();
    await Promise.race([this.#ended, sleep(msMax + 500, undefined, { ref: false })]);
  }
}

/** The bundle that set-up built; made on the spot where it is missing. */
async function findBundle(): Promise<WorkflowBundleOption> {
  if (existsSync(BUNDLE)) return { codePath: fileURLToPath(BUNDLE) };
  const logger = new DefaultLogger('ERROR');
  return bundleWorkflowCode({ workflowsPath: fileURLToPath(SOURCES), logger });
}

/** Slots of other kinds are never used on such a queue. */
function tunerOf(activityTaskSlotSupplier: CustomSlotSupplier<ActivitySlotInfo>): TunerHolder {
  const fixed = { type: 'fixed-size', numSlots: ACTIVITIES_MAX } as const;
  return {
    activityTaskSlotSupplier,
    ...{ workflowTaskSlotSupplier: fixed, localActivityTaskSlotSupplier: fixed },
    nexusTaskSlotSupplier: fixed,
  };
}

/** A worker that takes little of its process: one workflow thread, a small cache, few pollers. */
function optionsOf(
  { taskQueue, workflows, activities, activityPollersMax = 2, activitySlots }: WorkedQueue,
  workflowBundle: WorkflowBundleOption | undefined,
): WorkerOptions {
  return {
    taskQueue,
    ...(workflows === true &&
      workflowBundle !== undefined && {
        workflowBundle,
        workflowThreadPoolSize: 1,
        maxCachedWorkflows: 32,
        maxConcurrentWorkflowTaskExecutions: 8,
        workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
        // After a kill the next worker has the tasks of the one before as soon as this is over.
        stickyQueueScheduleToStartTimeout: '1s',
      }),
    ...(activities !== undefined && {
      activities,
      ...(activitySlots === undefined
        ? { maxConcurrentActivityTaskExecutions: ACTIVITIES_MAX }
        : { tuner: tunerOf(activitySlots) }),
      activityTaskPollerBehavior: { type: 'simple-maximum', maximum: activityPollersMax },
      maxHeartbeatThrottleInterval: '1s',
      defaultHeartbeatThrottleInterval: '1s',
    }),
    shutdownGraceTime: 0,
  };
}

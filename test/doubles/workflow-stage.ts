import { fileURLToPath } from 'node:url';
import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { readNativeParts } from '../../processes/core/native-parts.ts';
import { installRuntimeLog } from '../../processes/durable/runtime-log.ts';
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../workflows/messages.ts';

/** The `temporal` program that set-up provided, or why there is none. */
export const TEMPORAL = readNativeParts().temporal;

/** Bundles the workflows as they stand now. */
export async function bundleWorkflows(): Promise<WorkflowBundleWithSourceMap> {
  silenceTemporal();
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  });
}

/** Keeps what the SDK says of provoked failures out of the test's output. */
export function silenceTemporal(): void {
  const quiet = () => undefined;
  installRuntimeLog({ debug: quiet, info: quiet, warn: quiet, error: quiet });
}

/** A Temporal server of the tests' own and one bundle; a worker a piece of work. */
export class WorkflowStage {
  readonly #environment: TestWorkflowEnvironment;
  readonly #bundle: WorkflowBundleWithSourceMap;

  private constructor(environment: TestWorkflowEnvironment, bundle: WorkflowBundleWithSourceMap) {
    this.#environment = environment;
    this.#bundle = bundle;
  }

  static async open(): Promise<WorkflowStage> {
    const bundle = await bundleWorkflows();
    const environment = await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: TEMPORAL.path ?? 'temporal' },
        searchAttributes: [...SEARCH_ATTRIBUTES],
        log: { format: 'pretty', level: 'error' },
      },
    });
    return new WorkflowStage(environment, bundle);
  }

  get client(): Client {
    return this.#environment.client;
  }

  /** Runs work while a worker with these activities polls. */
  async play<T>(activities: Activities, work: (client: Client) => Promise<T>): Promise<T> {
    const worker = await Worker.create({
      connection: this.#environment.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: this.#bundle,
      activities,
      workflowThreadPoolSize: 1,
      maxHeartbeatThrottleInterval: '100ms',
      defaultHeartbeatThrottleInterval: '100ms',
      shutdownGraceTime: 0,
      stickyQueueScheduleToStartTimeout: '1s',
    });
    return worker.runUntil(() => work(this.client));
  }

  async close(): Promise<void> {
    await this.#environment.teardown();
  }
}

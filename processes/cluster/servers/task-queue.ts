import type { Closers } from '../closers.ts';
import { installRuntimeLog } from '../../durable/runtime-log.ts';
import { startWorkerLoop } from '../../durable/worker-loop.ts';
import type { WorkedQueue } from '../../durable/worker-loop.ts';
import type { LinkWays } from '../frame.ts';
import { persist } from './persisting.ts';
import { connectTemporal } from './temporal.ts';

/** Serves activities on a task queue until the closers are closed; the worker is made anew while Temporal is away. */
export async function serveTaskQueue(
  { config, logger, signal }: LinkWays,
  work: WorkedQueue,
  closers: Closers,
): Promise<void> {
  installRuntimeLog(logger);
  const trying = { logger, signal, waitMsMax: config.dependencyWaitMsMax };
  const temporal = await persist(() => connectTemporal(config), {
    ...{ ...trying, what: 'connect to temporal' },
  });
  closers.add(() => temporal.close());
  const { namespace } = temporal;
  const worker = await startWorkerLoop({
    ...{ namespace, logger },
    connect: () => temporal.connectWorker(),
    queues: [work],
  });
  closers.add(() => worker.close());
}

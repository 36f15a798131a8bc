import type { Closers } from './closers.ts';
import { installRuntimeLog } from '../durable/runtime-log.ts';
import { startWorkerLoop } from '../durable/worker-loop.ts';
import type { ProcessWays } from './frame.ts';
import { persist } from './persisting.ts';
import { connectTemporal } from './temporal.ts';

/** Serves activities on a task queue until the closers are closed; the worker is made anew while Temporal is away. */
export async function serveTaskQueue(
  { config, logger, signal }: ProcessWays,
  work: { readonly taskQueue: string; readonly activities: object },
  closers: Closers,
): Promise<void> {
  installRuntimeLog(logger);
  const trying = { logger, signal, waitMsMax: config.dependencyWaitMsMax };
  const temporal = await persist(() => connectTemporal(config), {
    ...{ ...trying, what: 'connect to temporal' },
  });
  closers.add(() => temporal.close());
  const connection = await temporal.connectWorker();
  // A connection that a worker still holds cannot be closed; the process ends with it.
  closers.add(() => connection.close().catch(() => undefined));
  const { namespace } = temporal;
  const worker = await startWorkerLoop({ ...work, connection, namespace, logger });
  closers.add(() => worker.close());
}

import { performance } from 'node:perf_hooks';
import type { ClusterConfig } from '../config/cluster-config.ts';
import type { ClusterProcess } from '../config/cluster-process.ts';
import type { Logger } from '../logger.ts';
import { dependenciesOf } from './servers/dependencies.ts';
import type { ProcessBody } from './frame.ts';
import { runProcess } from './frame.ts';

/** Runs one process of the cluster until the signal aborts; throws what ended it otherwise. */
export async function startClusterProcess(
  name: ClusterProcess,
  config: ClusterConfig,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  await runProcess(bodyOf(name, config), {
    config,
    logger,
    signal,
    clock: () => performance.now(),
    say: (line) => process.stderr.write(`${line}\n`),
  });
}

/** What starts each process; loaded when it is wanted, for the native code of one is of no use to another. */
const STARTS: Readonly<Record<ClusterProcess, ProcessBody['start']>> = {
  api: async (ways) => (await import('./api.ts')).startClusterApi(ways),
  ingest: async (ways) => (await import('./ingest.ts')).startClusterIngest(ways),
  worker: async (ways) => (await import('./worker.ts')).openWorker(ways),
  trainer: async (ways) => (await import('./trainer.ts')).startClusterTrainer(ways),
  indexer: async (ways) => (await import('./indexer.ts')).startClusterIndexer(ways),
};

function bodyOf(name: ClusterProcess, config: ClusterConfig): ProcessBody {
  return { dependencies: dependenciesOf(config), start: STARTS[name] };
}

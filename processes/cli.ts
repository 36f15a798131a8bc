import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { socketPathOf } from '../adapters/embedded/data-folder-socket.ts';
import type { CliDeps, RunningServer, ServerOptions } from './cli/command.ts';
import type { ConnectOptions, OwnCore } from './cli/client.ts';
import { connectWith } from './cli/client.ts';
import { EXIT, READER_GONE } from './cli/failure.ts';
import { runCli } from './cli/program.ts';
import type { ClusterProcess } from './config/cluster-process.ts';
import type { Environment } from './config/variable-names.ts';

/** A second signal within this time comes from the same key press: a shell and npm both pass it on. */
const sameSignalMs = 1_000;
/** How long a command may take to end after a signal; then the process ends at once. */
const endMsMax = 9_500;

const ending = new AbortController();

let signalledMs: number | undefined;
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const nowMs = Date.now();
    if (signalledMs !== undefined && nowMs - signalledMs > sameSignalMs) {
      process.exit(EXIT.interrupted);
    }
    signalledMs ??= nowMs;
    ending.abort();
    setTimeout(() => process.exit(EXIT.interrupted), endMsMax).unref();
  });
}

/** A defect that nobody caught: the process can't be trusted any more, and what was acknowledged is on the disk. */
process.on('uncaughtException', (error: Error) => {
  const { message, stack } = error;
  const hint = process.env['REPRISE_DEBUG'] === undefined ? 'REPRISE_DEBUG=1 shows where' : stack;
  process.stderr.write(
    `reprise: a defect ended this process: ${message} (INTERNAL); ${String(hint)}\n`,
  );
  process.exit(EXIT.internal);
});

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  ending.abort(READER_GONE);
});

/** Starts a core in this process; it is loaded only now, so that `--help` and running servers don't pay for it. */
async function startOwnCore(data: string, options: ConnectOptions): Promise<OwnCore> {
  const { startCore } = await import('./core.ts');
  const { durable = 'off', partitions } = options;
  const core = await startCore({ data, durable, partitions });
  try {
    await core.ready();
    return core;
  } catch (error) {
    await core.close();
    throw error;
  }
}

async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { readConfig } = await import('./config.ts');
  const { startCore } = await import('./core.ts');
  const config = readConfig(process.env);
  const { data, partitions, learner, host = config.host, port = config.port } = options;
  const { durable } = config;
  const orAnyPort = options.port === undefined && process.env['REPRISE_PORT'] === undefined;
  const listen = { host, port, orAnyPort };
  return startCore({ data, partitions, learner, listen, durable, config });
}

async function runClusterProcess(name: ClusterProcess, env: Environment): Promise<void> {
  const { readClusterConfig } = await import('./config/cluster.ts');
  const { createLogger } = await import('./logger.ts');
  const { startClusterProcess } = await import('./cluster/start.ts');
  const config = readClusterConfig(env, name);
  await startClusterProcess(name, config, createLogger(config.logLevel), ending.signal);
}

function release(): string {
  const path = join(import.meta.dirname, '..', 'package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

const deps: CliDeps = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  clock: () => Date.now(),
  signal: ending.signal,
  connect: (data, options) =>
    connectWith(
      {
        socketPath: (folder) => socketPathOf(folder),
        isThere: (folder) => existsSync(join(folder, 'reprise.json')),
        startCore: startOwnCore,
        signal: ending.signal,
      },
      data,
      options,
    ),
  startServer,
  runClusterProcess,
};

const exit = await runCli(process.argv.slice(2), deps, release());
if (ending.signal.reason !== READER_GONE) {
  // Writing nothing calls back when everything before it is out.
  await new Promise<void>((resolve) => {
    process.stdout.write('', () => resolve());
  });
}
process.exit(exit);

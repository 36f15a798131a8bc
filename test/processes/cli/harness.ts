import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createApp } from '../../../api/app.ts';
import type { ApiDeps } from '../../../api/deps.ts';
import { exportEvents } from '../../../events/export-events.ts';
import { formatPosition } from '../../../events/position.ts';
import type { CliDeps } from '../../../processes/cli/command.ts';
import { HttpClient } from '../../../processes/cli/http-client.ts';
import type { OutputStream } from '../../../processes/cli/output.ts';
import { runCli } from '../../../processes/cli/program.ts';
import type { ClusterProcess } from '../../../processes/config/cluster-process.ts';
import type { Environment } from '../../../processes/config/variable-names.ts';
import { fakeDeps, NOW_MS } from '../../api/harness.ts';
import type { Recorded } from '../../api/harness.ts';

/** What a command line printed and returned. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of standard output as JSON; undefined where it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** A command line before an API on a unix socket, in a folder of its own. */
export interface CliHarness {
  readonly folder: string;
  readonly socketPath: string;
  readonly api: ApiDeps & Recorded;
  /** Variables that command lines run with; a test may set and delete some. */
  readonly env: Record<string, string>;
  /** The processes of the cluster that were to run, with their environment. */
  readonly clusterRuns: ClusterRun[];
  run(...argv: string[]): Promise<Ran>;
  /** Runs a command line until the signal aborts it, with a server of its own where it asks for one. */
  runUntil(signal: AbortSignal, watch: Collected, ...argv: string[]): Promise<Ran>;
  close(): Promise<void>;
}

/** A process of the cluster that was to run. */
export interface ClusterRun {
  readonly name: ClusterProcess;
  readonly env: Environment;
}

/** Collects what is written. */
export class Collected implements OutputStream {
  text = '';
  #seen: (() => void) | undefined;

  /** Resolves when the text holds these words. */
  async holds(words: string): Promise<void> {
    while (!this.text.includes(words)) {
      await new Promise<void>((resolve) => {
        this.#seen = resolve;
      });
    }
  }

  write(text: string | Uint8Array): boolean {
    this.text += Buffer.from(text).toString('utf8');
    this.#seen?.();
    return true;
  }

  once(): void {
    // Everything is taken at once, so nothing is ever awaited.
  }

  off(): void {
    // See `once`.
  }
}

/** Ports over the fake instance that tell what its journal really holds. */
function journalled(base: ApiDeps & Recorded): Partial<ApiDeps> {
  const heads = (): string[] => [
    formatPosition({ partition: 0, sequence: base.journal.head(0) }).replace(/:$/, ':-1'),
  ];
  return {
    maintenance: {
      ...base.maintenance,
      exportEvents: () => exportEvents(base.journal, base.identities) as AsyncIterable<never>,
    },
    health: {
      ...base.health,
      async status() {
        const status = await base.health.status();
        return { ...status, journal: { ...status.journal, heads: heads() } };
      },
    },
  };
}

/** Serves a fake instance on a socket and runs command lines against it. */
export async function startCli(
  change: (deps: ApiDeps & Recorded) => Partial<ApiDeps> = () => ({}),
): Promise<CliHarness> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-cli-'));
  const socketPath = join(folder, 'api.sock');
  const base = fakeDeps({ access: { kind: 'private' } });
  const real = { ...base, ...journalled(base) };
  const api = { ...real, ...change(real) };
  const handle = createApp(api).callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(socketPath);
  await once(server, 'listening');
  const env: Record<string, string> = { REPRISE_DATA_DIR: folder };
  const place: Place = { folder, socketPath, env, clusterRuns: [] };
  return {
    ...place,
    api,
    run: (...argv) => {
      const { signal } = new AbortController();
      return runOn(place, argv, signal, new Collected());
    },
    runUntil: (signal, watch, ...argv) => runOn(place, argv, signal, watch),
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

type Place = Pick<CliHarness, 'folder' | 'socketPath' | 'env' | 'clusterRuns'>;

async function runOn(
  { socketPath, env, clusterRuns }: Place,
  argv: readonly string[],
  signal: AbortSignal,
  stdout: Collected,
): Promise<Ran> {
  const stderr = new Collected();
  const deps: CliDeps = {
    stdout,
    stderr,
    env,
    clock: () => NOW_MS,
    signal,
    connect: () => {
      const http = new HttpClient(socketPath);
      return Promise.resolve({
        http,
        own: false,
        close(): Promise<void> {
          http.close();
          return Promise.resolve();
        },
      });
    },
    startServer: () =>
      Promise.resolve({
        url: 'http://127.0.0.1:7070',
        socketPath,
        ready: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
    runClusterProcess: (name, given) => {
      clusterRuns.push({ name, env: given });
      return Promise.resolve();
    },
  };
  const exit = await runCli(argv, deps, '1.2.3');
  return { exit, stdout: stdout.text, stderr: stderr.text, json: lastJson(stdout.text) };
}

function lastJson(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

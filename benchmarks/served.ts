/**
 * A server in a process of its own, for benchmarks over HTTP: the whole core (`core FOLDER`), the core that starts
 * workflows when they are asked for (`durable FOLDER`), or bare Koa that answers a constant JSON (`bare JSON`). Says its port over IPC, then its CPU time whenever it is asked.
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import Koa from 'koa';

import { listen } from '../api/server.ts';
import { startCore } from '../processes/core.ts';

const host = '127.0.0.1';
const file = fileURLToPath(import.meta.url);

/** The learners that a benchmark measures, a line each: those that REPRISE_BENCHMARK_LEARNERS lists, or `gmf` and `blend`. */
export function measuredLearners(): readonly string[] {
  return (process.env['REPRISE_BENCHMARK_LEARNERS'] ?? 'gmf,blend').split(',');
}

/** A server that runs in a child process. */
export interface Served {
  readonly port: number;
  /** CPU time that the server has used so far, microseconds. */
  cpuMicroseconds(): Promise<number>;
  close(): Promise<void>;
}

/** What the child tells: its port first, then CPU times. */
interface Told {
  readonly port?: number;
  readonly cpuMicroseconds?: number;
}

function told(child: ChildProcess): Promise<Told> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      reject(new Error(`the server ended with ${String(code)}`));
    };
    child.once('exit', ended).once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Told);
    });
  });
}

/** Starts the core on a data folder, with one partition where no number is given, or bare Koa that answers this JSON. */
export async function startServed(
  kind: 'core' | 'durable' | 'bare',
  argument: string,
  env: Readonly<Record<string, string>> = {},
  partitions = 1,
): Promise<Served> {
  const child = fork(file, [kind, argument, String(partitions)], {
    env: { ...process.env, REPRISE_LOG_LEVEL: 'warn', ...env },
  });
  const { port = 0 } = await told(child);
  return {
    port,
    async cpuMicroseconds() {
      const answer = told(child);
      child.send('cpu');
      return (await answer).cpuMicroseconds ?? 0;
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => {
          resolve();
        });
        child.send('close');
      }),
  };
}

async function serveCore(
  folder: string,
  durable: 'lazy' | 'off',
  partitions: number,
): Promise<readonly [number, () => Promise<void>]> {
  const core = await startCore({ data: folder, listen: { host, port: 0 }, durable, partitions });
  return [Number(new URL(core.url ?? '').port), () => core.close()];
}

async function serveBare(json: string): Promise<readonly [number, () => Promise<void>]> {
  const constant = JSON.parse(json) as object;
  const app = new Koa();
  app.use((ctx) => {
    ctx.body = constant;
  });
  const server = await listen(app, { host, port: 0, keyed: false });
  return [server.port ?? 0, () => server.close()];
}

if (process.argv[1] === file && process.send !== undefined) {
  const [, , kind, argument = '', partitions = '1'] = process.argv;
  const [port, close] = await (kind === 'bare'
    ? serveBare(argument)
    : serveCore(argument, kind === 'durable' ? 'lazy' : 'off', Number(partitions)));
  process.on('message', (message) => {
    if (message === 'close') {
      void close().then(() => process.exit(0));
    } else {
      const { user, system } = process.cpuUsage();
      process.send?.({ cpuMicroseconds: user + system });
    }
  });
  process.on('disconnect', () => process.exit(1));
  process.send({ port });
}

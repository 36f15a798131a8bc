import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterProcess } from '../../processes/config/cluster-process.ts';
import { killSession } from '../e2e/session.ts';

/** How long a process may take to be ready, on a machine that is busy. */
const readyMsMax = 90_000;

/** How long a process may take to end after it was told to. */
const endMsMax = 15_000;

const LOG_CHARACTERS = 4_000;

const root = join(import.meta.dirname, '..', '..');

/** What a member is started with. */
export interface MemberOptions {
  /** `worker-1`. */
  readonly name: string;
  readonly kind: ClusterProcess;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** One process of a cluster under test: it keeps its ports and its log from one start to the next. */
export class Member {
  readonly name: string;
  readonly kind: ClusterProcess;
  readonly log: string;
  readonly #options: MemberOptions;
  #port = 0;
  #probePort = 0;
  #child: ChildProcess | undefined;
  #exitCode: number | null | undefined;

  constructor(options: MemberOptions) {
    this.name = options.name;
    this.kind = options.kind;
    this.log = join(options.folder, `${options.name}.log`);
    this.#options = options;
  }

  /** Where an API listens. */
  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Where it answers probes. */
  get probeUrl(): string {
    return `http://127.0.0.1:${String(this.#probePort)}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the process; {@link ready} tells when it does its work. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error(`${this.name} runs already`);
    const { kind, env, folder, name } = this.#options;
    this.#port ||= await freePort();
    this.#probePort ||= await freePort();
    const inherited = Object.entries(process.env).filter(([one]) => !one.startsWith('REPRISE_'));
    const log = openSync(this.log, 'a');
    const child = spawn(
      process.execPath,
      ['bin/reprise', 'start', '--profile', 'cluster', '--only', kind],
      {
        cwd: root,
        env: {
          ...Object.fromEntries(inherited),
          ...{ REPRISE_SETUP: 'skip', NO_COLOR: '1', REPRISE_LOG_LEVEL: 'info' },
          ...{ REPRISE_PORT: String(this.#port), REPRISE_PROBE_PORT: String(this.#probePort) },
          REPRISE_SCRATCH_FOLDER: join(folder, 'scratch', name),
          ...env,
        },
        stdio: ['ignore', log, log],
        detached: true,
      },
    );
    closeSync(log);
    this.#child = child;
    this.#exitCode = undefined;
    child.once('close', (code) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#exitCode = code;
    });
  }

  /** Resolves when the process says that it is ready; it fails where the process ends before. */
  async ready(msMax = readyMsMax): Promise<void> {
    const endMs = performance.now() + msMax;
    while (performance.now() < endMs) {
      if (this.#child === undefined) throw new Error(`${this.name} ended:\n${this.tail()}`);
      if (await this.#isReady()) return;
      await sleep(100);
    }
    throw new Error(`${this.name} is not ready after ${String(msMax)} ms:\n${this.tail()}`);
  }

  /** Resolves to the exit code when the process ends by itself. */
  async exited(msMax = readyMsMax): Promise<number | null> {
    const endMs = performance.now() + msMax;
    while (this.#exitCode === undefined) {
      if (performance.now() < endMs) await sleep(100);
      else throw new Error(`${this.name} runs after ${String(msMax)} ms:\n${this.tail()}`);
    }
    return this.#exitCode;
  }

  /** Kills the process and its children, as a power cut would. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    const closed = once(child, 'close');
    killSession(child.pid);
    await closed;
  }

  /** Stops the process in the middle of what it does; it thinks that no time has passed when it goes on. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets a paused process go on. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Tells the process to end and waits until it has; one that takes too long is killed and fails the test. */
  async end(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const closed = once(child, 'close') as Promise<[number | null]>;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const said = await Promise.race([closed, sleep(endMsMax, 'late' as const, { ref: false })]);
    if (said !== 'late') return;
    await this.kill();
    throw new Error(`${this.name} was still there after ${String(endMsMax)} ms:\n${this.tail()}`);
  }

  /** Kills it without waiting: for the end of the test's own process. */
  killNow(): void {
    if (this.#child?.pid !== undefined) killSession(this.#child.pid);
  }

  /** The end of its log. */
  tail(): string {
    try {
      return readFileSync(this.log, 'utf8').slice(-LOG_CHARACTERS);
    } catch {
      return '(no log)';
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      const url = `${this.probeUrl}/health/ready`;
      const { status } = await fetch(this.kind === 'api' ? `${this.url}/health/ready` : url, {
        signal: AbortSignal.timeout(2_000),
      });
      return status === 200;
    } catch {
      return false;
    }
  }
}

/** A port of the loopback where nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

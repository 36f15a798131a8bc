import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import type { Logger } from '../../activities/logger.ts';
import { RepriseError } from '../../events/error.ts';
import { scriptArguments } from './child-script.ts';
import { isAlive, markOf } from './data-folder-lock.ts';
import type { ProcessMark } from './data-folder-lock.ts';
import { freePort } from './free-port.ts';

/** A search attribute that the server must know. */
export interface SearchAttribute {
  readonly name: string;
  readonly type: keyof typeof TYPE_NAMES;
}

/** What Temporal's server is started with. */
export interface TemporalServerOptions {
  /** The `temporal` program. */
  readonly program: string;
  /** Where its database stands. */
  readonly folder: string;
  /** The script that ends it when the core is gone, `processes/temporal-guard.ts`. */
  readonly guard: URL;
  readonly searchAttributes: readonly SearchAttribute[];
  readonly logger: Logger;
  /** The port of the UI where it is free. */
  readonly uiPort?: number;
}

/** How Temporal's server stands. */
export interface TemporalServerStatus {
  readonly state: 'starting' | 'up' | 'down' | 'stopped';
  readonly restarts: number;
  /** Why it is down; null while it is not. */
  readonly why: string | null;
}

const UI_PORT = 8_233;
const READY_MS_MAX = 30_000;
/** How often a server that ends before it was ever up is tried again. */
const START_RESTARTS_MAX = 2;
/** How long what a server complained of may take to arrive after its end. */
const COMPLAINT_MS_MAX = 200;
const LOOK_MS = 100;
const RESTART_BACKOFF_MS = 500;
const RESTART_BACKOFF_MS_MAX = 30_000;
/** How long a server has to run for its next restart to be quick again. */
const STEADY_MS = 60_000;
const STOP_MS_MAX = 4_000;
const COMPLAINT_CHARS_MAX = 2_000;
/** Writes wait for the disk: a workflow that was acknowledged is there after a power cut. */
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=2'];

/** The names that search attribute types have on the server's command line. */
const TYPE_NAMES = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const;

/** Starts Temporal's server with its UI on free ports of the loopback, and resolves when it answers. */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  await mkdir(options.folder, { recursive: true });
  await endLeftover(markPath(options.folder));
  const server = new TemporalServer(options, await freePorts(options.uiPort ?? UI_PORT));
  try {
    await server.begin();
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

interface Ports {
  readonly grpc: number;
  readonly ui: number;
}

async function freePorts(ui: number): Promise<Ports> {
  return { grpc: await freePort(), ui: await freePort(ui) };
}

/**
 * Temporal's server as a supervised child: restarted with back-off when it ends by itself, on the same ports once it was
 * up. Before that on others, for one that was free may have been taken by another program before it was used.
 */
export class TemporalServer {
  readonly #options: TemporalServerOptions;
  #ports: Ports;
  readonly #stopping = new AbortController();
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #ended: Promise<void> = Promise.resolve();
  #state: TemporalServerStatus['state'] = 'starting';
  #why: string | null = null;
  #wasUp = false;
  #restarts = 0;
  #backoffMs = RESTART_BACKOFF_MS;

  constructor(options: TemporalServerOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  get address(): string {
    return `127.0.0.1:${String(this.#ports.grpc)}`;
  }

  get uiUrl(): string {
    return `http://127.0.0.1:${String(this.#ports.ui)}`;
  }

  /** Starts the server for the first time. */
  async begin(): Promise<void> {
    this.#launch();
    await this.#ready();
  }

  status(): TemporalServerStatus {
    return { state: this.#state, restarts: this.#restarts, why: this.#why };
  }

  /** The guard's process id, while there is one. */
  get guardPid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends the server, by force where it takes too long. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#state = 'stopped';
    const child = this.#child;
    child?.stdin.end();
    const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_MS_MAX);
    await this.#ended;
    clearTimeout(timer);
    await endLeftover(markPath(this.#options.folder));
  }

  #launch(): void {
    const { guard, program } = this.#options;
    const child = spawn(process.execPath, scriptArguments(guard, program, ...this.#arguments()), {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-COMPLAINT_CHARS_MAX);
    });
    child.stdout.setEncoding('utf8').once('data', (line: string) => {
      void noteMark(markPath(this.#options.folder), Number(line));
    });
    const began = performance.now();
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => {
        complaint += error.message;
        resolve();
      });
      child.once('exit', (code, signal) => {
        const ranMs = performance.now() - began;
        resolve();
        // Not `close` alone: where the guard is killed, the server that lives on keeps its standard error open.
        const told = Promise.race([finished(child.stderr), sleep(COMPLAINT_MS_MAX)]);
        void told
          .catch(() => undefined)
          .then(() => {
            child.stderr.destroy();
            const why = complaint.trim() || `it ended (${signal ?? String(code)})`;
            if (!this.#stopping.signal.aborted) void this.#restart(why, ranMs);
          });
      });
    });
  }

  #arguments(): readonly string[] {
    const { folder, searchAttributes } = this.#options;
    return [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--ui-ip', '127.0.0.1'],
      ...['--port', String(this.#ports.grpc), '--ui-port', String(this.#ports.ui)],
      ...['--db-filename', join(folder, 'temporal.db'), '--log-level', 'error'],
      '--ui-disable-news-fetch',
      ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
      ...searchAttributes.flatMap(({ name, type }) => [
        '--search-attribute',
        `${name}=${TYPE_NAMES[type]}`,
      ]),
    ];
  }

  async #ready(): Promise<void> {
    const before = performance.now();
    while (performance.now() - before < READY_MS_MAX) {
      if (this.#stopping.signal.aborted) return;
      if (await answers(this.address)) {
        this.#state = 'up';
        this.#why = null;
        this.#wasUp = true;
        return;
      }
      const isTriedAgain = !this.#wasUp && this.#restarts < START_RESTARTS_MAX;
      if (this.#state === 'down' && !isTriedAgain) break;
      await sleep(LOOK_MS);
    }
    throw new RepriseError(
      'UNAVAILABLE',
      `temporal did not become ready (${this.#why ?? 'it did not answer in time'}): see its database in ${this.#options.folder}`,
    );
  }

  async #restart(why: string, ranMs: number): Promise<void> {
    this.#state = 'down';
    this.#why = why;
    this.#options.logger.warn({ why }, 'the Temporal server ended and is started again');
    if (ranMs > STEADY_MS) this.#backoffMs = RESTART_BACKOFF_MS;
    const waitMs = this.#backoffMs;
    this.#backoffMs = Math.min(this.#backoffMs * 2, RESTART_BACKOFF_MS_MAX);
    await sleep(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    if (this.#stopping.signal.aborted) return;
    await endLeftover(markPath(this.#options.folder));
    if (!this.#wasUp) this.#ports = await freePorts(0);
    this.#restarts += 1;
    this.#state = 'starting';
    this.#launch();
    await this.#ready().catch((error: unknown) => {
      this.#options.logger.warn({ err: error }, 'the Temporal server is not ready');
    });
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    // Not yet: whoever asks looks again until its time is over.
    return false;
  }
}

function markPath(folder: string): string {
  return join(folder, 'server.json');
}

async function noteMark(path: string, pid: number): Promise<void> {
  await writeFile(path, JSON.stringify(markOf(pid))).catch(() => undefined);
}

/** Ends a server that outlived its guard, which was killed: it would hold the database. */
async function endLeftover(path: string): Promise<void> {
  let mark: ProcessMark | undefined;
  try {
    mark = JSON.parse(await readFile(path, 'utf8')) as ProcessMark;
  } catch {
    return;
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (let looks = 0; looks < 20 && mark.started !== null && isAlive(mark); looks += 1) {
      if (looks === 0) process.kill(mark.pid, signal);
      await sleep(LOOK_MS);
    }
  }
  await rm(path, { force: true });
}

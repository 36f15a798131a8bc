import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

import { socketPathOf } from '../../adapters/embedded/data-folder-socket.ts';
import { Server } from './server.ts';
import type { Json } from './server.ts';
import { killSession } from './session.ts';

/** The environment of a process over the test's own. */
export type Env = Readonly<Record<string, string>>;

/** What a command that has ended printed and returned. */
export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to start a server. */
export interface ServeOptions {
  readonly port?: number;
  readonly partitions?: number;
  readonly env?: Env;
}

const root = join(import.meta.dirname, '..', '..');

/** How long a command may take; one that does not end is killed and has no exit code. */
const runMsMax = 120_000;

/** Set-up has run before the tests; Temporal has tests of its own. */
const ENVIRONMENT: Env = { REPRISE_SETUP: 'skip', REPRISE_DURABLE: 'off', NO_COLOR: '1' };

/** A temporary folder and the real processes that a test starts in it, each leading a session of its own. */
export class World {
  readonly folder: string;
  readonly #children = new Set<ChildProcess>();
  /** Folders of sockets: a server that is killed leaves its own behind. */
  readonly #socketFolders = new Set<string>();

  constructor(folder: string) {
    this.folder = folder;
    // A runner that gives up on this file ends it by a signal; nothing may be left then either.
    process.once('exit', this.#endAll);
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Starts `bin/reprise` and leaves it running. */
  start(argv: readonly string[], env: Env = {}): ChildProcess {
    this.#rememberSocket(argv[argv.indexOf('--data') + 1]);
    const child = spawn(process.execPath, ['bin/reprise', ...argv], {
      cwd: root,
      env: { ...process.env, ...ENVIRONMENT, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    return child;
  }

  /** Runs a command to its end. */
  async run(argv: readonly string[], env: Env = {}): Promise<Ran> {
    const child = this.start(argv, env);
    const text = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
    const timer = setTimeout(() => {
      if (child.pid !== undefined) killSession(child.pid);
    }, runMsMax);
    const [exit] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    return { exit, ...text };
  }

  /** Runs a command with `--json` that has to succeed, and gives its document. */
  async json(...argv: string[]): Promise<Json> {
    const ran = await this.run([...argv, '--json']);
    assert.equal(ran.exit, 0, ran.stderr + ran.stdout);
    return lastJson(ran.stdout);
  }

  /** Starts a server and resolves when it says that it is ready. */
  async serve(
    data: string,
    { port = 0, partitions, env = {} }: ServeOptions = {},
  ): Promise<Server> {
    const count = partitions === undefined ? [] : ['--partitions', String(partitions)];
    const argv = ['start', '--no-demo', '--json', '--port', String(port), '--data', data];
    const child = this.start([...argv, ...count], env);
    const server = new Server(child);
    assert.ok(child.stdout);
    const lines = createInterface({ input: child.stdout });
    const ready = once(lines, 'line') as Promise<[string]>;
    const said = await Promise.race([ready, server.ended]);
    if (!Array.isArray(said)) {
      throw new Error(`the server ended with ${String(said)}: ${server.stderr}`);
    }
    const { url } = JSON.parse(said[0]) as { readonly url?: string };
    assert.ok(url !== undefined, said[0]);
    server.url = url;
    return server;
  }

  /** Ends every process that is left. */
  async end(): Promise<void> {
    const closed = [...this.#children].map((child) => once(child, 'close'));
    this.#endAll();
    await Promise.all(closed);
  }

  /** Ends every process that is left and removes the folder. */
  async close(): Promise<void> {
    process.off('exit', this.#endAll);
    await this.end();
    for (const folder of [this.folder, ...this.#socketFolders]) {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #rememberSocket(data: string | undefined): void {
    if (data?.startsWith(this.folder) !== true) return;
    // A path below a file is no folder that a server could run on.
    const isPossible = statSync(dirname(data), { throwIfNoEntry: false })?.isDirectory() !== false;
    if (isPossible) this.#socketFolders.add(dirname(socketPathOf(data)));
  }

  readonly #endAll = (): void => {
    for (const { pid } of this.#children) if (pid !== undefined) killSession(pid);
  };
}

/** Makes an empty world. */
export async function createWorld(): Promise<World> {
  return new World(await mkdtemp(join(tmpdir(), 'reprise-e2e-')));
}

/** The JSON document on the last line of an output. */
export function lastJson(text: string): Json {
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  assert.match(last, /^\{/, text);
  return JSON.parse(last) as Json;
}

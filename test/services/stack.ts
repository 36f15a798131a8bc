import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';

/** The servers that a test can have. */
export type ServerName =
  'kafka' | 'mongo' | 'redis' | 'temporal' | 's3' | 'prometheus' | 'graphite';

/** How a server of a stack stands. */
export interface ServerStatus {
  readonly name: ServerName;
  readonly state: 'up' | 'silent' | 'stopped';
  readonly version: string;
  readonly how: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly keepsData: boolean;
  readonly note: string | null;
  readonly pids: readonly number[];
}

/** Servers that run, with the environment in which our processes find them. */
export interface Stack {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** What a server's variable says; it fails where the stack has none such. */
  value(name: string): string;
  status(): Promise<readonly ServerStatus[]>;
}

/** A stack that no other test sees, whose servers may be ended and killed. */
export interface OwnStack extends Stack {
  stop(...names: readonly ServerName[]): Promise<void>;
  kill(...names: readonly ServerName[]): Promise<void>;
  start(...names: readonly ServerName[]): Promise<void>;
  /** Ends it before the test file does. */
  end(): Promise<void>;
}

const script = fileURLToPath(new URL('../../scripts/servers/stack.mjs', import.meta.url));

/**
 * Brings servers up and returns how to reach them; a test file says `await useStack('kafka')` at its top. The
 * test runner's one stack is shared by all files, so topics, databases and keys are named for the file, and
 * nothing is ended or emptied. A file that is run by itself has a stack of its own until it ends. A server that
 * can't be had fails the file, with the remedy.
 */
export async function useStack(...names: readonly ServerName[]): Promise<Stack> {
  const shared = process.env['REPRISE_TEST_STACK'];
  if (shared === undefined || shared === '') return await useOwnStack(...names);
  const said = await run([script, 'up', '--held', ...names], { STACK_DIR: shared });
  return stackOf(shared, envOf(said));
}

/** Brings up a stack that is this file's alone, for tests that end and kill servers. */
export async function useOwnStack(...names: readonly ServerName[]): Promise<OwnStack> {
  const keeper = await Keeper.start(names);
  after(() => keeper.end());
  const { folder } = keeper;
  const command = async (...args: readonly string[]): Promise<void> => {
    await run([script, ...args], { STACK_DIR: folder });
  };
  return {
    ...stackOf(folder, envOf(await run([script, 'env'], { STACK_DIR: folder }))),
    stop: (...which) => command('stop', ...which),
    kill: (...which) => command('kill', ...which),
    start: (...which) => command('start', ...which),
    end: () => keeper.end(),
  };
}

/** Holds a stack by its keeper's standard input: it ends with this process, however this process ends. */
class Keeper {
  readonly folder: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #exited: Promise<unknown>;

  private constructor(
    child: ChildProcessByStdio<Writable, Readable, Readable>,
    exited: Promise<unknown>,
    folder: string,
  ) {
    this.#child = child;
    this.#exited = exited;
    this.folder = folder;
  }

  static async start(names: readonly ServerName[]): Promise<Keeper> {
    // A group of its own: Ctrl-C must not reach it before it has ended its servers.
    const child = spawn(process.execPath, [script, 'hold', '--temporary', ...names], {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const exited = once(child, 'close');
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-4_000);
    });
    const said = once(child.stdout.setEncoding('utf8'), 'data') as Promise<[string]>;
    const line = await Promise.race([said.then(([text]) => text), exited.then(() => undefined)]);
    if (line === undefined) throw new Error(`the stack did not come up:\n${complaint}`);
    return new Keeper(child, exited, (JSON.parse(line) as { folder: string }).folder);
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#exited;
  }
}

function stackOf(folder: string, env: Readonly<Record<string, string>>): Stack {
  return {
    folder,
    env,
    value(name) {
      const found = env[name];
      if (found === undefined) throw new Error(`${name} is not of this stack: name its server`);
      return found;
    },
    status: async () =>
      JSON.parse(
        await run([script, 'status', '--json'], { STACK_DIR: folder }),
      ) as readonly ServerStatus[],
  };
}

function envOf(lines: string): Record<string, string> {
  const pairs = lines
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

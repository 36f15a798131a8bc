import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

import { root } from './markdown.ts';

/** What a command printed. */
export interface Printed {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A reader at a shell who follows the docs: a folder with `bin/reprise` in it, and a server without demo and without
 * Temporal on the folder's `./data`. `curl` is test/docs/curl.mjs, which finds the server where the docs say 7070.
 */
export class ReaderSession {
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #server: ChildProcess | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#env = {
      ...process.env,
      PATH: `${join(folder, 'tools')}${delimiter}${process.env['PATH'] ?? ''}`,
      REPRISE_DURABLE: 'off',
      REPRISE_SETUP: 'skip',
    };
    delete this.#env['REPRISE_DATA_DIR'];
    delete this.#env['REPRISE_API_KEY'];
  }

  /** Makes the folder and starts the server. */
  static async start(): Promise<ReaderSession> {
    const folder = await mkdtemp(join(tmpdir(), 'reprise-docs-'));
    const session = new ReaderSession(folder);
    try {
      await symlink(join(root, 'bin'), join(folder, 'bin'));
      await mkdir(join(folder, 'tools'));
      const curl = join(folder, 'tools', 'curl');
      const shim = join(import.meta.dirname, 'curl.mjs');
      await writeFile(curl, `#!/bin/sh\nexec '${process.execPath}' '${shim}' "$@"\n`);
      await chmod(curl, 0o755);
      session.#env['REPRISE_DOCS_URL'] = await session.#serve();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** Runs the lines of a block as one shell script that ends at the first failure. */
  async run(script: string): Promise<Printed> {
    const child = this.#spawn('sh', ['-e', '-c', script]);
    const printed = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (printed.stderr += chunk.toString()));
    const [exit] = (await once(child, 'close')) as [number | null];
    return { exit, ...printed };
  }

  /** Ends the server as Ctrl-C does and removes the folder. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server?.exitCode === null) {
      const closed = once(server, 'close');
      server.kill('SIGINT');
      await closed;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #serve(): Promise<string> {
    const argv = ['bin/reprise', 'start', '--no-demo', '--port', '0', '--json'];
    const server = this.#spawn(process.execPath, argv);
    this.#server = server;
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    assert.ok(server.stdout);
    const line = once(createInterface({ input: server.stdout }), 'line');
    const ended = once(server, 'close').then(() => undefined);
    const first = (await Promise.race([line, ended])) as readonly [string] | undefined;
    assert.ok(first !== undefined, `the server ended: ${said}`);
    return (JSON.parse(first[0]) as { readonly url: string }).url;
  }

  #spawn(program: string, args: readonly string[]): ChildProcess {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return spawn(program, args, { cwd: this.#folder, env: this.#env, stdio });
  }
}

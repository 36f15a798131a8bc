import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import type { RedisSettings } from '../../adapters/cluster/redis/redis.ts';

const READY_MS_MAX = 10_000;

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The stack's own way to a Redis: the machine's, or the one that it unpacks. */
const { redis: source } = (await import(
  new URL('../../scripts/servers/redis.mjs', import.meta.url).href
)) as {
  redis: {
    readonly provide: (place: {
      readonly cache: string;
      readonly logFile: string;
      readonly progress: { readonly begin: () => void };
    }) => Promise<{ readonly path: string; readonly env?: NodeJS.ProcessEnv }>;
  };
};
const { cacheFolder } = (await import(
  new URL('../../scripts/setup/cache.mjs', import.meta.url).href
)) as { readonly cacheFolder: (root: string) => string };

/** A Redis of a test's own, which it may kill: it keeps nothing on the disk, so a restart is a loss of everything. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #process: ChildProcess | undefined;
  #links: RedisLink[] = [];

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
  }

  /** Starts a server on a free port. */
  static async start(options: readonly string[] = []): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'reprise-redis-'));
    const server = new RedisServer(await freePort(), folder, options);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${String(this.port)}`;
  }

  /** Starts the server again where it was. */
  async start(): Promise<void> {
    const { path, env } = await source.provide({
      cache: cacheFolder(root),
      logFile: join(this.#folder, 'provide.log'),
      progress: { begin: () => undefined },
    });
    const child = spawn(
      path,
      [
        ...['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.#folder],
        ...['--save', '', '--appendonly', 'no', ...this.#options],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
    );
    this.#process = child;
    await ready(child);
  }

  /** Kills the server at once. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Stops the server without ending it, as a hung machine would. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** Lets a paused server go on. */
  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** A link that is closed with the server. */
  link(settings: Partial<RedisSettings> = {}): RedisLink {
    const link = new RedisLink({ url: this.url, ...settings });
    this.#links.push(link);
    return link;
  }

  /** Empties the server. */
  async flush(): Promise<void> {
    await this.link().run((redis) => redis.flushall());
  }

  /** Ends links and server, and takes its folder away. */
  async close(): Promise<void> {
    for (const link of this.#links.splice(0)) await link.close();
    this.resume();
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function ready(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`redis is not ready: ${output}`)), READY_MS_MAX);
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis ended: ${output}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-2_000);
      if (!output.includes('Ready to accept connections')) return;
      clearTimeout(late);
      resolve();
    });
  });
  child.removeAllListeners('exit');
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo | null;
  assert.ok(address !== null);
  server.close();
  await once(server, 'close');
  return address.port;
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { assertInteractions } from '../../e2e/verified.ts';

const root = join(import.meta.dirname, '..', '..', '..');

type Json = Readonly<Record<string, unknown>>;

interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line in a process of its own, as bin/reprise does after set-up. */
function start(argv: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', 'processes/cli.ts', ...argv], {
    cwd: root,
    env: { ...process.env, REPRISE_DEBUG: '1', REPRISE_DURABLE: 'off' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(...argv: string[]): Promise<Ran> {
  const child = start(argv);
  const text = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exit, ...text };
}

async function json(...argv: string[]): Promise<Json> {
  const { stdout, stderr } = await run(...argv, '--json');
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  assert.match(last, /^\{/, stderr);
  return JSON.parse(last) as Json;
}

/** A running server, told by the document that it prints when it is ready. */
async function serve(
  data: string,
): Promise<{ url: string; end(signal: NodeJS.Signals): Promise<number | null> }> {
  const child = start(['start', '--no-demo', '--port', '0', '--json', '--data', data]);
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stderr?.resume();
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, 'line'), closed]);
  if (!Array.isArray(line)) throw new Error(`the server ended with ${String(line)}`);
  const { url } = JSON.parse(String(line[0])) as { url: string };
  return {
    url,
    end(signal) {
      child.kill(signal);
      return closed;
    },
  };
}

/** Two groups of users who play items of their own group. */
function madeFile(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const user = i % 20;
    const item = (i * 7) % 30;
    return `${String(user)},${user % 2 === 0 ? 'even' : 'odd'}-${String(item)},${String(1 + (i % 5))},${String(1_700_000_000 + i)}`;
  });
  return `userId,movieId,rating,timestamp\n${lines.join('\n')}\n`;
}

for (const partitions of [1, 2]) {
  describe(`the command line on ${String(partitions)} partition(s)`, () => {
    let folder = '';
    let data = '';
    let file = '';

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'reprise-e2e-'));
      data = join(folder, 'data');
      file = join(folder, 'ratings.csv');
      await writeFile(file, madeFile(2_000));
    });

    after(() => rm(folder, { recursive: true, force: true }));

    test('imports a file once, with or without a server', async () => {
      const argv = ['import', file, '--data', data, '--positive-from', '2'];
      const first = await json(...argv, '--partitions', String(partitions));
      assert.deepEqual(
        [first['events'], first['accepted'], first['duplicates'], first['users'], first['items']],
        [2_000, 2_000, 0, 20, 30],
      );
      const again = await json(...argv);
      assert.deepEqual([again['accepted'], again['duplicates']], [0, 2_000]);
      const server = await serve(data);
      const third = await json(...argv);
      assert.equal(third['duplicates'], 2_000);
      // A barrier that is set meanwhile moves the state of many partitions on.
      if (partitions === 1) {
        assert.deepEqual(
          [again, third].map((one) => one['stateHash']),
          [first['stateHash'], first['stateHash']],
        );
      }
      assert.equal(await server.end('SIGINT'), 0);
    });

    test('verifies, rebuilds and recommends', async () => {
      const verified = await json('verify', '--data', data);
      assertInteractions(verified, 2_000);
      const before = await json('recommend', '1', '--data', data);
      assert.equal(before['basedOn'], 'user');
      await json('rebuild', '--data', data);
      const rebuilt = await json('recommend', '1', '--data', data);
      assert.deepEqual(rebuilt['items'], before['items']);
    });

    test('exports what another data folder imports with the same ids', async () => {
      const { stdout, exit } = await run('export', '--data', data);
      assert.equal(exit, 0);
      const lines = stdout.trimEnd().split('\n');
      assert.equal(lines.length, 2_000);
      assert.match(lines[0] ?? '', /^\{"id":"[0-9a-f]{32}","position":"0:0",/);
      const copy = join(folder, 'copy');
      const exported = join(folder, 'export.ndjson');
      await writeFile(exported, stdout);
      const imported = await json(
        'import',
        exported,
        '--data',
        copy,
        '--partitions',
        String(partitions),
      );
      assert.deepEqual([imported['events'], imported['accepted']], [2_000, 2_000]);
      const verified = await json('verify', '--data', data);
      if (partitions === 1) assert.equal(imported['stateHash'], verified['hash']);
    });

    test('keeps everything that was acknowledged when the server is killed', async () => {
      const killed = await serve(data);
      const response = await fetch(`${killed.url}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ id: 'last', type: 'play', user: '1', item: 'odd-1' }),
      });
      assert.equal(response.status, 202);
      await killed.end('SIGKILL');
      const verified = await json('verify', '--data', data);
      assertInteractions(verified, 2_001);
    });

    test('refuses another number of partitions', async () => {
      const { exit, stderr } = await run('import', file, '--data', data, '--partitions', '3');
      assert.equal(exit, 3);
      assert.match(stderr, /partition/);
    });
  });
}

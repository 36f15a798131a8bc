import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
  readonly ms: number;
}

const program = join(import.meta.dirname, '..', '..', 'bin', 'reprise');

/** Runs a process of the cluster with exactly these variables until it ends, or until a line of it holds words. */
async function run(
  only: string,
  variables: Readonly<Record<string, string>>,
  endAt?: string,
): Promise<Ended> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('REPRISE_'));
  const startMs = Date.now();
  const child = spawn(
    process.execPath,
    [program, 'start', '--profile', 'cluster', '--only', only],
    {
      env: { ...Object.fromEntries(inherited), ...variables },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (endAt !== undefined && stderr.includes(endAt)) child.kill('SIGTERM');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr, ms: Date.now() - startMs };
}

/** A port of the loopback where nothing listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function absentServers(waitMsMax: number): Promise<Readonly<Record<string, string>>> {
  const place = `127.0.0.1:${String(await freePort())}`;
  return {
    REPRISE_PROBE_PORT: '0',
    REPRISE_KAFKA_BROKERS: place,
    REPRISE_MONGO_URL: `mongodb://hidden-user:hidden-word@${place}`,
    REPRISE_REDIS_URL: `redis://${place}`,
    REPRISE_DEPENDENCY_WAIT_MS_MAX: String(waitMsMax),
  };
}

test('a process of the cluster tells every fault of its environment and ends with 2', async () => {
  const { code, stderr } = await run('ingest', { REPRISE_PARTITIONS: 'x', REPRISE_KAFKA: 'y' });
  assert.equal(code, 2, stderr);
  for (const name of ['PARTITIONS', 'KAFKA_BROKERS', 'MONGO_URL', 'REDIS_URL', 'KAFKA']) {
    assert.match(stderr, new RegExp(`REPRISE_${name}: `));
  }
});

test('a process whose servers are absent says each second where it looks and ends with 3', async () => {
  const { code, stderr } = await run('ingest', await absentServers(2_500));
  assert.equal(code, 3, stderr);
  const lines = stderr.split('\n').filter((line) => line.startsWith('awaiting '));
  assert.ok(lines.length >= 2 && lines.length <= 4, stderr);
  assert.match(lines[0] ?? '', /kafka at 127.*ECONNREFUSED.*mongodb at 127.*redis at 127/);
  assert.match(
    stderr,
    /not there within 2500 ms .*start the broker, or check REPRISE_KAFKA_BROKERS/,
  );
  assert.doesNotMatch(stderr, /hidden/);
});

test('SIGTERM ends a process that waits, in order and soon', async () => {
  const { code, stderr, ms } = await run('ingest', await absentServers(60_000), 'awaiting ');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /stopped; everything that was acknowledged is kept/);
  assert.ok(ms < 15_000, String(ms));
});

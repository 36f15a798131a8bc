/**
 * What happens while the ingest lags by more than a million messages: is more refused with 429 and the time to try again,
 * how much memory do API and ingest take, and how fast is it made up? One partition, over the servers of `scripts/stack`.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import { openTransport } from '../adapters/cluster/transport.ts';
import type { ClusterTransport } from '../adapters/cluster/transport.ts';
import { eventKey } from '../events/event-key.ts';
import { encodeMessage } from '../events/transport-message.ts';
import { startCluster } from '../test/cluster/cluster.ts';
import type { Cluster } from '../test/cluster/cluster.ts';
import { round } from './paced-load.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 1_000_100);
const USERS = 20_000;
const ITEMS = 10_000;
const BATCH = 10_000;
const HOUR_MS = 3_600_000;
const MIB = 1_024;

/** The most memory that a process had resident, MiB; undefined where the system does not tell. */
function residentMiB(pid: number | undefined): number | undefined {
  if (pid === undefined || process.platform !== 'linux') return undefined;
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
  return found === null ? undefined : round(Number(found[1]) / MIB);
}

function valueOf(name: string): string {
  const value = process.env[name];
  if (value !== undefined) return value;
  throw new Error(`${name} is not set: scripts/stack up, then export $(scripts/stack env)`);
}

async function fill(transport: ClusterTransport): Promise<void> {
  for (let from = 0; from < EVENTS; from += BATCH) {
    await transport.send(
      Array.from({ length: Math.min(BATCH, EVENTS - from) }, (_, i) => {
        const n = from + i;
        const id = `event-${String(n)}`;
        const user = `user-${String((n * 7_919) % USERS)}`;
        const item = `item-${String((n * 104_729) % ITEMS)}`;
        const event = { id, type: 'play', user, item, time: 1_700_000_000_000 + n };
        return { partition: 0, key: eventKey(id), value: encodeMessage({ event }) };
      }),
    );
  }
}

/** Posts one event, and tells the status and what the answer says about trying again. */
async function post(url: string): Promise<{ readonly status: number; readonly retry: string }> {
  const id = randomBytes(8).toString('hex');
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, type: 'play', user: 'anna', item: 'item-1' }),
  });
  await response.arrayBuffer();
  return { status: response.status, retry: response.headers.get('retry-after') ?? '' };
}

/** Waits until a post is answered so; tells how many were not. */
async function until(url: string, status: number): Promise<number> {
  for (let others = 0; ; others += 1) {
    if ((await post(url)).status === status) return others;
    await sleep(250);
  }
}

async function measure(cluster: Cluster, transport: ClusterTransport): Promise<object> {
  const api = cluster.member('api-0');
  const ingest = cluster.member('ingest-0');
  await until(api.url, 202);
  await ingest.end();
  console.error('ended', performance.now());
  const apiBeforeMiB = residentMiB(api.pid);
  await fill(transport);
  console.error('filled', performance.now());
  await until(api.url, 429);
  const refused = await post(api.url);
  console.error('refused', performance.now());
  const [lag = 0] = await transport.lag();
  const startMs = performance.now();
  await ingest.start();
  for (;;) {
    await sleep(500);
    const [left = 0] = await transport.lag();
    console.error('left', left);
    if (left < BATCH) break;
  }
  const seconds = (performance.now() - startMs) / 1_000;
  await until(api.url, 202);
  return {
    ...{ lag, refused, apiBeforeMiB, apiMiB: residentMiB(api.pid) },
    ...{ ingestMiB: residentMiB(ingest.pid), madeUpPerSecond: Math.round(lag / seconds) },
  };
}

// A signal ends the cluster's processes too: they are in sessions of their own.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const stack = {
  ...{ folder: '', env: {}, value: valueOf },
  status: () => Promise.resolve([]),
};
const processes = { worker: 0, trainer: 0, indexer: 0 };
const cluster = await startCluster({ stack, partitions: 1, processes });
const topic = cluster.env['REPRISE_KAFKA_TOPIC'] ?? '';
const transport = await openTransport({
  ...{ topic, groupId: `${topic}-ingest`, partitions: 1, replicas: 1, retentionMs: HOUR_MS },
  brokers: valueOf('REPRISE_KAFKA_BROKERS').split(','),
  clientId: 'reprise-benchmark',
  logger: { info: () => undefined, warn: console.warn, error: console.error },
});
try {
  const measured = await cluster.watch(() => measure(cluster, transport));
  console.log(JSON.stringify({ benchmark: 'kafka-lag', events: EVENTS, ...measured }));
} finally {
  await transport.close();
  await cluster.close();
}

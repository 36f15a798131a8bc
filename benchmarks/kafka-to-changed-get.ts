/**
 * How long from sending a play to having the changed answer in the cluster profile, at 500 events a second with
 * everything on one machine: API, ingest, worker, trainer and indexer as processes of their own over the servers of
 * `scripts/stack`? Baseline in the same run: a bare kafkajs producer and consumer that pass the same message on at the
 * same rate, acknowledged by all in-sync brokers, which is the least that a way through Kafka costs.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

import { encodeMessage } from '../events/transport-message.ts';
import { startCluster } from '../test/cluster/cluster.ts';
import { Client, paced, round, summary } from './paced-load.ts';

const USERS = 2_000;
const ITEMS = 2_000;
const PARTITIONS = 8;
const RATE = Number(process.env['REPRISE_BENCHMARK_RATE'] ?? 500);
const SECONDS = Number(process.env['REPRISE_BENCHMARK_SECONDS'] ?? 30);
const WARM_SECONDS = 10;
/** More than the requests under way at a time, unless they take longer than a second. */
const CONNECTIONS = 512;
/** Plays that fill the world, a round of all users each. */
const ROUNDS = 5;
const FILL_TRIES_MAX = 20;

interface Accepted {
  readonly positions: readonly string[];
  readonly pending: readonly string[];
}

interface Recommended {
  readonly basedOn: string;
  readonly items: readonly { readonly id: string }[];
}

/** How long the parts of one change took. */
interface Change {
  readonly postMs: number;
  readonly getMs: number;
}

/** Calls, and fails where the answer is a refusal. */
async function call(client: Client, method: string, path: string, body?: object | string) {
  const { status, json } = await client.send(method, path, body);
  if (status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(json)}`);
  return json;
}

function pathOf(user: number): string {
  return `/v1/users/user-${String(user)}/recommendations`;
}

/** Plays every user some items, and gives every user's first answer. */
async function fill(client: Client): Promise<Recommended[]> {
  const after: string[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const lines = Array.from({ length: USERS }, (_, n) => {
      const item = `item-${String((n * 7_919 + turn * 104_729) % ITEMS)}`;
      return JSON.stringify({ type: 'play', user: `user-${String(n)}`, item });
    });
    const told = (await call(client, 'POST', '/v1/events', lines.join('\n'))) as Accepted;
    after.push(...told.positions, ...told.pending);
  }
  const places = after.slice(-PARTITIONS).map((place) => `after=${place}`);
  await patiently(() => call(client, 'GET', `${pathOf(0)}?${places.join('&')}`));
  const answers: Recommended[] = [];
  for (let n = 0; n < USERS; n += 1) {
    await patiently(async () => {
      const answer = (await call(client, 'GET', pathOf(n))) as Recommended;
      if (answer.basedOn !== 'user') throw new Error('a user who played is not known yet');
      answers.push(answer);
    });
  }
  return answers;
}

/** Asks again: a wait for what was just taken in is bounded, and the first of them meets a cluster that starts. */
async function patiently(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (tries >= FILL_TRIES_MAX) throw error;
      await sleep(500);
    }
  }
}

/** Asks until the answer is there: one that takes longer than the API waits is charged for all of it. */
async function untilThere(client: Client, path: string): Promise<Recommended> {
  for (;;) {
    const { status, json } = await client.send('GET', path);
    if (status === 200) return json as Recommended;
    if (status !== 504) throw new Error(JSON.stringify(json));
  }
}

/** Plays a user's first recommendation and asks again: it has to be gone. */
async function change(client: Client, answers: Recommended[], user: number): Promise<Change> {
  const [first] = answers[user]?.items ?? [];
  if (first === undefined) throw new Error('a user has no recommendation');
  const startMs = performance.now();
  const body = { type: 'play', user: `user-${String(user)}`, item: first.id };
  const told = (await call(client, 'POST', '/v1/events', body)) as Accepted;
  const postedMs = performance.now();
  const [place = ''] = [...told.positions, ...told.pending];
  const after = await untilThere(client, `${pathOf(user)}?after=${place}`);
  if (after.items.some(({ id }) => id === first.id)) throw new Error('the answer did not change');
  answers[user] = after;
  return { postMs: postedMs - startMs, getMs: performance.now() - postedMs };
}

async function measure(client: Client, answers: Recommended[], seconds: number) {
  const changes: Change[] = [];
  // No user comes twice within four seconds, so that each answer changes by its own play.
  const changed = await paced(RATE, seconds, async (at) => {
    changes.push(await change(client, answers, at % USERS));
  });
  return {
    changedMilliseconds: summary(changed),
    postMilliseconds: summary(changes.map(({ postMs }) => postMs)),
    getMilliseconds: summary(changes.map(({ getMs }) => getMs)),
  };
}

/** Passes the same messages on by bare kafkajs. */
async function measureBare(brokers: string): Promise<readonly number[]> {
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
  const topic = `benchmark-${randomBytes(6).toString('hex')}`;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic, fromBeginning: true });
  const arrivals = new Map<string, () => void>();
  await consumer.run({
    eachMessage: async ({ message }) => {
      arrivals.get(String(message.key))?.();
      await Promise.resolve();
    },
  });
  const pass = async (at: number): Promise<void> => {
    const id = String(at);
    const user = `user-${String(at % USERS)}`;
    const event = { id, type: 'play', user, item: 'item-1', time: at };
    const value = Buffer.from(encodeMessage({ event }));
    const arrived = new Promise<void>((resolve) => arrivals.set(id, resolve));
    const messages = [{ key: id, value, partition: (at + PARTITIONS) % PARTITIONS }];
    await Promise.all([arrived, producer.send({ topic, acks: -1, messages })]);
    arrivals.delete(id);
  };
  // The group comes together with the first message.
  await pass(-1);
  const latencies = await paced(RATE, SECONDS / 3, pass);
  await Promise.all([producer.disconnect(), consumer.disconnect()]);
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  return latencies;
}

function valueOf(name: string): string {
  const value = process.env[name];
  if (value !== undefined) return value;
  throw new Error(`${name} is not set: scripts/stack up, then export $(scripts/stack env)`);
}

// A signal ends the cluster's processes too: they are in sessions of their own.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const stack = {
  ...{ folder: '', env: {}, value: valueOf },
  status: () => Promise.resolve([]),
};
const cluster = await startCluster({ stack, partitions: PARTITIONS });
try {
  const client = new Client(Number(new URL(cluster.url).port), CONNECTIONS);
  const measured = await cluster.watch(async () => {
    const answers = await fill(client);
    await measure(client, answers, WARM_SECONDS);
    return measure(client, answers, SECONDS);
  });
  client.close();
  const bare = summary(await measureBare(valueOf('REPRISE_KAFKA_BROKERS')));
  console.log(
    JSON.stringify({
      benchmark: 'kafka-to-changed-get',
      ...{ users: USERS, items: ITEMS, partitions: PARTITIONS, eventsPerSecond: RATE },
      ...measured,
      bareMilliseconds: bare,
      ratioToBare: round(measured.changedMilliseconds.p99 / bare.p99),
    }),
  );
} finally {
  await cluster.close();
}

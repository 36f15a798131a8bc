import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { Connection } from '@temporalio/client';
import { Redis } from 'ioredis';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';
import { type OwnStack, useOwnStack } from './stack.ts';

interface Mark {
  readonly pid: number;
  readonly started: string | null;
}

// A process that has ended and whose parent hasn't noticed yet counts as ended.
const { isAlive, markOf } = (await import(
  new URL('../../scripts/servers/identity.mjs', import.meta.url).href
)) as { isAlive: (mark: Mark) => boolean; markOf: (pid: number) => Mark };

const stack = await useOwnStack('kafka', 'mongo', 'redis', 'temporal');

test('every server says how it stands', async (t) => {
  const status = await stack.status();
  const names = ['kafka', 'mongo', 'redis', 'temporal'];
  assert.deepEqual(
    status.map(({ name, state }) => [name, state]),
    names.map((name) => [name, 'up']),
  );
  for (const { note } of status) if (note !== null) t.diagnostic(note);
});

test('Kafka takes and gives messages, and has them after a kill', async () => {
  const kafka = new Kafka({
    brokers: [stack.value('REPRISE_KAFKA_BROKERS')],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, retries: 20 },
  });
  const topic = 'stack-test';
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value: 'a', partition: 1 }] });
  await restartByKill(stack, 'kafka');
  await producer.send({ topic, acks: -1, messages: [{ value: 'b', partition: 1 }] });
  const offsets = await admin.fetchTopicOffsets(topic);
  assert.equal(offsets.find(({ partition }) => partition === 1)?.high, '2');
  await Promise.all([producer.disconnect(), admin.disconnect()]);
});

test('MongoDB holds unique keys, and after a kill what it says it keeps', async (t) => {
  const client = await MongoClient.connect(stack.value('REPRISE_MONGO_URL'));
  t.after(() => client.close());
  const rows = client.db('stack-test').collection<{ _id: number; name: string }>('rows');
  await rows.createIndex({ name: 1 }, { unique: true }, {});
  for (let id = 0; id < 200; id += 1) await rows.insertOne({ _id: id, name: `row ${id}` });
  const twin = { _id: 1_000, name: 'row 7' };
  await assert.rejects(rows.insertOne(twin), { code: 11_000 });
  await restartByKill(stack, 'mongo');
  const keeps = (await stack.status()).find(({ name }) => name === 'mongo')?.keepsData;
  assert.equal(await rows.countDocuments(), keeps === true ? 200 : 0);
  if (keeps === true) await assert.rejects(rows.insertOne(twin), { code: 11_000 });
});

test('a stand-in for MongoDB refuses what it would answer wrongly', async (t) => {
  const status = (await stack.status()).find(({ name }) => name === 'mongo');
  t.diagnostic(status?.note ?? 'a real mongod without replicas');
  const client = await MongoClient.connect(stack.value('REPRISE_MONGO_URL'));
  t.after(() => client.close());
  await assert.rejects(client.db('stack-test').collection('rows').watch().next(), { code: 40_573 });
});

test('Redis has after a kill what it answered before', async (t) => {
  const redis = new Redis(stack.value('REPRISE_REDIS_URL'));
  redis.on('error', () => undefined);
  t.after(() => redis.disconnect());
  await redis.zincrby('stack-test', 3, 'item');
  await restartByKill(stack, 'redis');
  assert.equal(await redis.zscore('stack-test', 'item'), '3');
});

test('Temporal answers, with its UI', async () => {
  const address = stack.value('REPRISE_TEMPORAL_ADDRESS');
  const look = async (): Promise<unknown> => {
    const connection = await Connection.connect({ address });
    try {
      return await connection.workflowService.describeNamespace({ namespace: 'default' });
    } finally {
      await connection.close();
    }
  };
  await look();
  await restartByKill(stack, 'temporal');
  await look();
  assert.equal((await fetch(stack.value('REPRISE_TEMPORAL_UI_URL'))).status, 200);
});

test('a server that is stopped says so, and comes back where it was', async () => {
  await stack.stop('redis');
  const before = (await stack.status()).find(({ name }) => name === 'redis');
  assert.equal(before?.state, 'stopped');
  await stack.start('redis');
  const now = (await stack.status()).find(({ name }) => name === 'redis');
  assert.deepEqual([now?.state, now?.ports], ['up', before.ports]);
});

test('nothing is left when it ends', async () => {
  const marks = (await stack.status()).flatMap(({ pids }) => pids).map(markOf);
  assert.equal(marks.length, 4);
  assert.ok(marks.every(isAlive));
  await stack.end();
  assert.deepEqual(marks.filter(isAlive), []);
  assert.equal(existsSync(stack.folder), false);
});

async function restartByKill(
  own: OwnStack,
  name: 'kafka' | 'mongo' | 'redis' | 'temporal',
): Promise<void> {
  const pidsOf = async (): Promise<readonly number[]> =>
    (await own.status()).find((server) => server.name === name)?.pids ?? [];
  const [killed] = await pidsOf();
  await own.kill(name);
  assert.deepEqual(await pidsOf(), []);
  await own.start(name);
  assert.notEqual((await pidsOf())[0], killed);
}

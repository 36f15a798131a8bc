import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import type { ClusterProcess } from '../../processes/config/cluster-process.ts';
import { temporaryFolder } from '../adapters/temporary-folder.ts';
import { RedisServer } from '../services/redis-server.ts';
import { useStack } from '../services/stack.ts';
import { Forwarder } from './forwarder.ts';
import { freePort, Member } from './member.ts';

const stack = await useStack('kafka', 'mongo', 'redis');

const SECRET = 'not-for-any-log';

const portOf = (address: string): number => Number(/:(\d+)(?:\/|$)/.exec(address)?.[1]);

describe('a process of the cluster that cannot start', () => {
  const name = `bad-start-${randomBytes(4).toString('hex')}`;
  const members: Member[] = [];
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const member of members.splice(0)) await member.kill();
    for (const close of closers.splice(0)) await close();
  });
  after(async () => {
    const mongo = await connectMongo({ url: stack.value('REPRISE_MONGO_URL') });
    await mongo.database(name).dropDatabase();
    await mongo.close();
  });

  /** Starts a process on the stack, with these changes. */
  async function started(
    changes: Readonly<Record<string, string>>,
    kind: ClusterProcess = 'ingest',
  ): Promise<Member> {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'shared'));
    const member = new Member({
      ...{ name: `${kind}-0`, kind, folder },
      env: {
        REPRISE_PARTITIONS: '2',
        REPRISE_KAFKA_BROKERS: stack.value('REPRISE_KAFKA_BROKERS'),
        REPRISE_KAFKA_TOPIC: name,
        REPRISE_MONGO_URL: stack.value('REPRISE_MONGO_URL'),
        REPRISE_MONGO_DATABASE: name,
        REPRISE_MONGO_IDENTITY_DATABASE: `${name}-identity`,
        REPRISE_REDIS_URL: stack.value('REPRISE_REDIS_URL'),
        REPRISE_SHARED_FOLDER: join(folder, 'shared'),
        REPRISE_DEPENDENCY_WAIT_MS_MAX: '5000',
        ...changes,
      },
    });
    members.push(member);
    await member.start();
    return member;
  }

  const logOf = (member: Member): string => readFileSync(member.log, 'utf8');

  /** Waits for words in the log. */
  async function said(member: Member, words: RegExp): Promise<void> {
    const endMs = performance.now() + 60_000;
    while (!words.test(logOf(member))) {
      assert.ok(performance.now() < endMs, `it never said ${String(words)}:\n${member.tail()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it('says each second what it awaits and where, is not ready, and starts when all is there', async () => {
    const [kafka, redis] = [await freePort(), await freePort()];
    const places = [`kafka at 127.0.0.1:${String(kafka)}`, `redis at 127.0.0.1:${String(redis)}`];
    const member = await started({
      REPRISE_KAFKA_BROKERS: `127.0.0.1:${String(kafka)}`,
      REPRISE_REDIS_URL: `redis://127.0.0.1:${String(redis)}`,
      REPRISE_DEPENDENCY_WAIT_MS_MAX: '120000',
    });
    const line = places.map((place) => `${place} \\(ECONNREFUSED\\)`).join(', ');
    await said(member, new RegExp(`awaiting ${line}: \\d+ s of 120 s\\n(.*\\n)*awaiting ${line}`));
    const ready = await fetch(`${member.probeUrl}/health/ready`);
    assert.equal(ready.status, 503);
    assert.deepEqual(await ready.json(), { ready: false, awaited: [...places, 'the start'] });
    assert.equal((await fetch(`${member.probeUrl}/health/live`)).status, 200);
    const [broker = ''] = stack.value('REPRISE_KAFKA_BROKERS').split(',');
    const ways = [
      new Forwarder(kafka, portOf(broker)),
      new Forwarder(redis, portOf(stack.value('REPRISE_REDIS_URL'))),
    ];
    for (const way of ways) {
      closers.push(() => way.close());
      await way.open();
    }
    await member.ready();
    await member.end();
  });

  it('ends with all that is missing and its remedy when the wait is over', async () => {
    const ports = await Promise.all(Array.from({ length: 4 }, freePort));
    const [kafka, mongo, redis, temporal] = ports.map((port) => `127.0.0.1:${String(port)}`);
    const member = await started(
      {
        REPRISE_KAFKA_BROKERS: String(kafka),
        REPRISE_MONGO_URL: `mongodb://user:${SECRET}@${String(mongo)}`,
        REPRISE_REDIS_URL: `redis://:${SECRET}@${String(redis)}`,
        REPRISE_TEMPORAL_ADDRESS: String(temporal),
        REPRISE_DEPENDENCY_WAIT_MS_MAX: '2000',
      },
      'worker',
    );
    assert.equal(await member.exited(), 3);
    const log = logOf(member);
    for (const [what, place, remedy] of [
      ['kafka', kafka, 'REPRISE_KAFKA_BROKERS'],
      ['mongodb', mongo, 'REPRISE_MONGO_URL'],
      ['redis', redis, 'REPRISE_REDIS_URL'],
      ['temporal', temporal, 'REPRISE_TEMPORAL_ADDRESS'],
    ] as const) {
      assert.match(log, new RegExp(`${what} at ${String(place)} \\(ECONNREFUSED\\):.*${remedy}`));
    }
    assert.ok(!log.includes(SECRET), 'a secret stands in the log');
  });

  it('ends soon where Redis refuses the password, and says so without it', async () => {
    const server = await RedisServer.start(['--requirepass', 'the-right-one']);
    closers.push(() => server.close());
    const member = await started({
      REPRISE_REDIS_URL: server.url,
      REPRISE_REDIS_PASSWORD: SECRET,
    });
    assert.equal(await member.exited(), 2);
    assert.match(logOf(member), /redis at \S+ refuses the password: set .*REPRISE_REDIS_PASSWORD/);
    assert.ok(!logOf(member).includes(SECRET), 'a secret stands in the log');
  });

  it('ends soon where Kafka refuses the credentials, and says so without them', async () => {
    const member = await started({
      REPRISE_KAFKA_SASL_MECHANISM: 'scram-sha-256',
      REPRISE_KAFKA_SASL_USERNAME: 'user',
      REPRISE_KAFKA_SASL_PASSWORD: SECRET,
    });
    const exit = await member.exited();
    assert.ok(exit === 2 || exit === 3, `exit ${String(exit)}`);
    assert.match(logOf(member), /kafka at \S+ .*(SASL|credentials)/);
    assert.ok(!logOf(member).includes(SECRET), 'a secret stands in the log');
  });

  it('ends at once where journal or topic have another number of partitions, naming both', async () => {
    const first = await started({});
    await first.ready();
    await first.end();
    const other = await started({ REPRISE_PARTITIONS: '3' });
    assert.equal(await other.exited(), 3);
    assert.match(logOf(other), /2 partitions, not 3/);
    const topic = await started({
      REPRISE_PARTITIONS: '3',
      REPRISE_MONGO_DATABASE: `${name}-three`,
      REPRISE_MONGO_IDENTITY_DATABASE: `${name}-three-identity`,
    });
    assert.equal(await topic.exited(), 3);
    assert.match(logOf(topic), /has 2 partitions and the journal 3/);
  });

  it('ends at once where the journal is of a newer version, and leaves it as it is', async () => {
    const mongo = await connectMongo({ url: stack.value('REPRISE_MONGO_URL') });
    closers.push(() => mongo.close());
    const meta = mongo.database(name).collection<{ _id: string; format: number }>('meta');
    await meta.updateOne({ _id: 'journal' }, { $set: { format: 3, partitions: 2 } }, {});
    const newer = await meta.findOne({ _id: 'journal' });
    assert.equal(newer?.format, 3);
    const member = await started({});
    assert.equal(await member.exited(), 2);
    assert.match(logOf(member), /newer/);
    assert.deepEqual(await meta.findOne({ _id: 'journal' }), newer);
  });
});

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openJournal } from '../../adapters/cluster/journal.ts';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { openTransport } from '../../adapters/cluster/transport.ts';
import type { ClusterTransport } from '../../adapters/cluster/transport.ts';
import { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import type { CoveringJournal } from '../../events/blocks/covering-journal.ts';
import { eventKey } from '../../events/event-key.ts';
import { encodeMessage } from '../../events/transport-message.ts';
import type { ToldCloudEvent } from '../../events/told-cloud-event.ts';
import { SILENT } from '../doubles/ingest-world.ts';
import { foreignKafka } from '../services/kafka-rig.ts';
import { useOwnStack } from '../services/stack.ts';
import type { ServerName } from '../services/stack.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';

const stack = await useOwnStack('kafka', 'mongo', 'redis', 'temporal');

const ingestMsMax = 60_000;

/** Where the ingest tells what stands in the journal. */
const toldTopic = `told-${randomBytes(4).toString('hex')}`;

describe('the ingest of a cluster', () => {
  let cluster: Cluster;
  let mongo: MongoConnection;
  let journal: CoveringJournal;
  let transport: ClusterTransport;
  let sent = 0;

  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: 1 },
      processes: { api: 0, worker: 0, trainer: 0, indexer: 0 },
      env: { REPRISE_CLOUD_EVENTS_TOPIC: toldTopic },
    });
    const { env } = cluster;
    mongo = await connectMongo({ url: env['REPRISE_MONGO_URL'] ?? '' });
    const database = env['REPRISE_MONGO_DATABASE'] ?? '';
    journal = await openJournal({
      ...{ connection: mongo, database, partitions: 1 },
      clock: () => Date.now(),
    });
    const topic = env['REPRISE_KAFKA_TOPIC'] ?? '';
    transport = await openTransport({
      ...{ topic, partitions: 1, replicas: 1, retentionMs: 3_600_000, logger: SILENT },
      ...{ brokers: [env['REPRISE_KAFKA_BROKERS'] ?? ''], clientId: 'test' },
      groupId: `${topic}-test`,
    });
  });

  after(async () => {
    await transport.close();
    await journal.close();
    await mongo.close();
    await cluster.close();
  });

  async function send(count: number): Promise<void> {
    const messages = Array.from({ length: count }, () => {
      sent += 1;
      const id = `event-${String(sent)}`;
      const event = {
        ...{ id, user: `user-${String(sent % 7)}`, item: `item-${String(sent % 11)}` },
        ...{ type: 'play', time: 1_700_000_000_000 + sent },
      };
      return { partition: 0, key: eventKey(id), value: encodeMessage({ event }) };
    });
    // What was sent when the broker went may be sent again: under the same ids it counts once.
    for (;;) {
      const isSent = await transport.send(messages).then(
        () => true,
        () => false,
      );
      if (isSent) return;
      await sleep(200);
    }
  }

  async function moved(): Promise<void> {
    const endMs = performance.now() + ingestMsMax;
    while (journal.head(0) < sent - 1) {
      assert.ok(performance.now() < endMs, `the journal stands at ${String(journal.head(0))}`);
      // A journal that nobody waits for does not look for what others wrote.
      await journal.changed(0, journal.head(0), AbortSignal.timeout(1_000)).catch(() => sleep(200));
    }
    assert.equal(journal.head(0), sent - 1);
  }

  it('moves what was sent into the journal', () =>
    cluster.watch(async () => {
      await send(500);
      await moved();
    }));

  for (const name of ['kafka', 'mongo', 'redis'] as const satisfies readonly ServerName[]) {
    it(`goes on after ${name} was killed and started again, with nothing lost or doubled`, () =>
      cluster.watch(async () => {
        await send(100);
        await stack.kill(name);
        const sending = name === 'kafka' ? undefined : send(100);
        await sleep(1_500);
        await stack.start(name);
        await sending;
        await send(100);
        await moved();
      }));
  }

  it('goes on after it was killed', () =>
    cluster.watch(async () => {
      const ingest = cluster.member('ingest-0');
      const sending = send(2_000);
      await ingest.kill();
      await sending;
      await ingest.start();
      await ingest.ready();
      await moved();
    }));

  it('moves nothing of a message that is no event, and keeps why', () =>
    cluster.watch(async () => {
      await transport.send([{ partition: 0, key: randomBytes(16), value: Buffer.from('no JSON') }]);
      await send(10);
      await moved();
      const database = mongo.database(cluster.env['REPRISE_MONGO_DATABASE'] ?? '');
      assert.equal(await database.collection('poison').countDocuments(), 1);
    }));

  it('puts published items into Redis', () =>
    cluster.watch(async () => {
      const metadata = { title: 'One' };
      const fact = { kind: 'ItemPublished', item: 'item-1', metadata, timeMs: 1 } as const;
      const id = 'publish-1';
      sent += 1;
      await transport.send([
        { partition: 0, key: eventKey(id), value: encodeMessage({ fact, id }) },
      ]);
      await moved();
      const url = cluster.env['REPRISE_REDIS_URL'] ?? '';
      const link = new RedisLink({
        url,
        prefix: `${cluster.env['REPRISE_MONGO_DATABASE'] ?? ''}:`,
      });
      const endMs = performance.now() + ingestMsMax;
      try {
        const key = `${link.prefix}{items}`;
        while ((await link.run((redis) => redis.hget(key, 'item-1'))) === null) {
          assert.ok(performance.now() < endMs, 'the item is not there');
          await sleep(100);
        }
      } finally {
        await link.close();
      }
    }));

  it('has told everything as CloudEvents in order, whatever was killed meanwhile', (t) =>
    cluster.watch(async () => {
      const kafka = foreignKafka(stack.value('REPRISE_KAFKA_BROKERS').split(',')[0] ?? '');
      const consumer = kafka.consumer({ groupId: toldTopic });
      const told: ToldCloudEvent[] = [];
      let doubles = 0;
      await consumer.connect();
      await consumer.subscribe({ topic: toldTopic, fromBeginning: true });
      await consumer.run({
        eachMessage: ({ message: { key, value, headers } }) => {
          const event = JSON.parse(value?.toString() ?? '') as ToldCloudEvent;
          assert.match(String(headers?.['content-type']), /^application\/cloudevents\+json/);
          assert.equal(key?.toString(), event.id);
          // What is not past the furthest position was told before.
          const isPast = Number(event.id.slice(2)) > Number(told.at(-1)?.id.slice(2) ?? -1);
          if (isPast) told.push(event);
          else doubles += 1;
          return Promise.resolve();
        },
      });
      const endMs = performance.now() + ingestMsMax;
      while (told.length < sent) {
        assert.ok(performance.now() < endMs, `${String(told.length)} of ${String(sent)} were told`);
        await sleep(50);
      }
      await consumer.disconnect();
      t.diagnostic(`${String(doubles)} of ${String(sent)} events were told twice`);
      assert.deepEqual(
        told.map(({ id }) => id),
        Array.from({ length: sent }, (_, n) => `0:${String(n)}`),
      );
      const published = told.filter(({ type }) => type === 'dev.reprise.item.published');
      assert.deepEqual(
        published.map(({ subject }) => subject),
        ['item-1'],
      );
    }));
});

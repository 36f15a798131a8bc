import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBlockNews } from '../../adapters/cluster/block-news.ts';
import type { AppendedBlock } from '../../adapters/cluster/heard-blocks.ts';
import { openJournal } from '../../adapters/cluster/journal.ts';
import type { ClusterJournal } from '../../adapters/cluster/journal.ts';
import { connectMongo } from '../../adapters/cluster/mongo/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo/mongo.ts';
import { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { eventKey } from '../../events/event-key.ts';
import type { JournalEntry } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { useStack } from './stack.ts';

const stack = await useStack('mongo', 'redis');

const NEVER = new AbortController().signal;

const entryOf = (id: string): JournalEntry => ({
  partition: 0,
  key: eventKey(id),
  fact: { kind: 'BarrierSet', barrier: 1, timeMs: 1 },
});

describe('the news of blocks', () => {
  const database = `news-${randomBytes(4).toString('hex')}`;
  const over = new AbortController();
  let mongo: MongoConnection;
  let readers: MongoConnection;
  let link: RedisLink;
  let reader: ClusterJournal;
  let writer: ClusterJournal;
  const told: AppendedBlock[] = [];

  before(async () => {
    const url = stack.value('REPRISE_MONGO_URL');
    mongo = await connectMongo({ url });
    // Another connection later on could be to another server, so that all that was told would be forgotten.
    readers = await connectMongo({ url, bounds: { mongoConnectionsMax: 1 } });
    link = new RedisLink({ url: stack.value('REPRISE_REDIS_URL'), prefix: `${database}:` });
    const news = openBlockNews(link);
    const options = { connection: mongo, database, partitions: 2, clock: Date.now };
    writer = await openJournal({ ...options, onAppended: (block) => news.tell(block) });
    reader = await openJournal({ ...options, connection: readers });
    await news.hear((block) => {
      told.push(block);
      reader.hear(block);
    }, over.signal);
  });

  after(async () => {
    over.abort();
    await Promise.all([writer.close(), reader.close()]);
    await mongo.database(database).dropDatabase();
    await Promise.all([mongo.close(), readers.close(), link.close()]);
  });

  const isTold = async (count: number): Promise<void> => {
    const endMs = performance.now() + 30_000;
    while (told.length < count) {
      assert.ok(performance.now() < endMs, 'nothing was told');
      await sleep(5);
    }
  };

  it('wake who follows, who reads them without asking the store', async () => {
    await writer.append([entryOf('one')]);
    await reader.changed(0, ORIGIN, NEVER);
    assert.equal((await reader.read(0, ORIGIN))?.count, 1);
    const [first] = reader.status().heads;
    assert.ok(first !== undefined);
    const news = reader.changed(0, first, NEVER);
    await writer.append([entryOf('two')]);
    await Promise.all([news, isTold(2)]);
    // What was told is read though the store has it no more.
    await mongo.database(database).collection('blocks').deleteMany({});
    assert.equal((await reader.read(0, first))?.count, 1);
  });

  it('are passed over where they do not continue what is known', () => {
    const [first] = told;
    assert.ok(first !== undefined);
    const header = Uint8Array.from(first.header);
    header[40] = (header[40] ?? 0) ^ 1;
    reader.hear({ ...first, header });
    reader.hear(first);
    assert.equal(reader.head(0), sequence(1));
    assert.equal(reader.head(1), ORIGIN);
  });
});

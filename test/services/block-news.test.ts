import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openBlockNews } from '../../adapters/cluster/block-news.ts';
import type { AppendedBlock } from '../../adapters/cluster/heard-blocks.ts';
import { openJournal } from '../../adapters/cluster/journal.ts';
import type { ClusterJournal } from '../../adapters/cluster/journal.ts';
import { connectMongo } from '../../adapters/cluster/mongo.ts';
import type { MongoConnection } from '../../adapters/cluster/mongo.ts';
import { RedisLink } from '../../adapters/cluster/redis.ts';
import { eventKey } from '../../events/event-key.ts';
import type { JournalEntry } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { useStack } from './stack.ts';

const stack = await useStack('mongo', 'redis');

const NEVER = new AbortController().signal;
/** So long that a test which needed the store would not end in time. */
const NEVER_MS = 600_000;

const entryOf = (id: string): JournalEntry => ({
  partition: 0,
  key: eventKey(id),
  fact: { kind: 'BarrierSet', barrier: 1, timeMs: 1 },
});

describe('the news of blocks', () => {
  const database = `news-${randomBytes(4).toString('hex')}`;
  const over = new AbortController();
  let mongo: MongoConnection;
  let link: RedisLink;
  let reader: ClusterJournal;
  let writer: ClusterJournal;
  const told: AppendedBlock[] = [];

  before(async () => {
    mongo = await connectMongo({ url: stack.value('REPRISE_MONGO_URL') });
    link = new RedisLink({ url: stack.value('REPRISE_REDIS_URL'), prefix: `${database}:` });
    const news = openBlockNews(link);
    const options = { connection: mongo, database, partitions: 2, clock: Date.now };
    writer = await openJournal({ ...options, onAppended: (block) => news.tell(block) });
    const bounds = { pollMsMin: NEVER_MS, pollMsMax: NEVER_MS, toldPollMsMax: NEVER_MS };
    reader = await openJournal({ ...options, bounds });
    await news.hear((block) => {
      told.push(block);
      reader.hear(block);
    }, over.signal);
  });

  after(async () => {
    over.abort();
    await writer.close();
    // The reader sleeps until its next look at the store: its connection ends it.
    await mongo.database(database).dropDatabase();
    await Promise.all([mongo.close(), link.close()]);
    setTimeout(() => process.exit(), 1_000).unref();
  });

  it('wake who follows, who reads them without asking the store', async () => {
    const news = reader.changed(0, ORIGIN, NEVER);
    await writer.append([entryOf('one')]);
    await news;
    assert.equal(reader.head(0), 0);
    // What was told is read though the store has it no more.
    await mongo.database(database).collection('blocks').deleteMany({});
    const block = await reader.read(0, ORIGIN);
    assert.equal(block?.count, 1);
  });

  it('are passed over where they do not continue what is known', () => {
    const [first] = told;
    assert.ok(first !== undefined);
    const header = Uint8Array.from(first.header);
    header[40] = (header[40] ?? 0) ^ 1;
    reader.hear({ ...first, header });
    reader.hear(first);
    assert.equal(reader.head(0), sequence(0));
    assert.equal(reader.head(1), ORIGIN);
  });
});

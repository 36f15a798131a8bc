// How many events a second go into the journal in MongoDB, in blocks that cover offsets, against bare inserts of the same bytes?
import { parseArgs } from 'node:util';
import { openJournal } from '../adapters/cluster/journal.ts';
import { connectMongo } from '../adapters/cluster/mongo/mongo.ts';
import type { MongoConnection } from '../adapters/cluster/mongo/mongo.ts';
import { eventKey } from '../events/event-key.ts';
import type { JournalEntry } from '../events/journal.ts';
import { surrogateFromBytes } from '../events/surrogate.ts';

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: process.env['REPRISE_MONGO_URL'] ?? '' },
    events: { type: 'string', default: '200000' },
    block: { type: 'string', default: '1000' },
  },
});
const events = Number(values.events);
const blockEvents = Number(values.block);
if (values.url === '') {
  console.error('name a server: --url mongodb://host:port, or REPRISE_MONGO_URL');
  process.exit(2);
}

/** Entries as an ingest hands them over: 10,000 users, 2,000 items, 60 sealed bytes each. */
function entriesFrom(first: number): JournalEntry[] {
  return Array.from({ length: blockEvents }, (_, i) => {
    const n = first + i;
    const user = new Uint8Array(16);
    new DataView(user.buffer).setUint32(0, n % 10_000);
    const sealed = new Uint8Array(60).fill(n);
    const item = `item-${String(n % 2_000)}`;
    return {
      partition: 0,
      key: eventKey(`event-${String(n)}`),
      fact: {
        ...({ kind: 'InteractionRecorded', type: 'play', value: NaN } as const),
        ...{ user: surrogateFromBytes(user), item, timeMs: n, sealed },
      },
    };
  });
}

/** Events a second through the journal; making the entries is not counted, for the ingest has them. */
async function throughJournal(connection: MongoConnection, database: string): Promise<number> {
  const journal = await openJournal({ connection, database, partitions: 1, clock: Date.now });
  let spentMs = 0;
  for (let first = 0; first < events; first += blockEvents) {
    const entries = entriesFrom(first);
    const startMs = performance.now();
    await journal.appendCovering(0, entries, { from: first, to: first + blockEvents - 1 });
    spentMs += performance.now() - startMs;
  }
  await journal.close();
  return (1_000 * events) / spentMs;
}

/** Events a second where the journal's own documents are inserted into another collection, one after the other. */
async function bare(connection: MongoConnection, database: string): Promise<number> {
  const documents = await connection.database(database).collection('blocks').find({}).toArray();
  const copy = connection.database(database).collection('copy');
  const startMs = performance.now();
  for (const document of documents) await copy.insertMany([document]);
  return (1_000 * events) / (performance.now() - startMs);
}

/** Milliseconds until another process that takes over knows every key. */
async function takeover(connection: MongoConnection, database: string): Promise<number> {
  const journal = await openJournal({ connection, database, partitions: 1, clock: Date.now });
  const startMs = performance.now();
  await journal.find(eventKey('no such event'));
  return performance.now() - startMs;
}

const connection = await connectMongo({ url: values.url });
const database = `benchmark-${String(process.pid)}`;
try {
  await throughJournal(connection, `${database}-warm`);
  const eventsPerSecond = await throughJournal(connection, database);
  const bareEventsPerSecond = await bare(connection, database);
  const takeoverMs = await takeover(connection, database);
  console.log(
    JSON.stringify({
      ...{ benchmark: 'mongo-journal', events, blockEvents },
      eventsPerSecond: Math.round(eventsPerSecond),
      bareEventsPerSecond: Math.round(bareEventsPerSecond),
      ratio: Number((eventsPerSecond / bareEventsPerSecond).toFixed(3)),
      takeoverMs: Math.round(takeoverMs),
    }),
  );
} finally {
  for (const name of [database, `${database}-warm`]) {
    await connection.database(name).dropDatabase();
  }
  await connection.close();
}

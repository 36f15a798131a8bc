import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { createIngest } from '../activities/ingest/ingest.ts';
import { openIdentities } from '../adapters/cluster/identity.ts';
import { openJournal } from '../adapters/cluster/journal.ts';
import { connectMongo } from '../adapters/cluster/mongo/mongo.ts';
import { openTransport } from '../adapters/cluster/transport.ts';
import type { TransportOptions } from '../adapters/cluster/transport.ts';
import type { CoveringJournal } from '../events/blocks/covering-journal.ts';
import type { ForgettingIdentities } from '../events/identity.ts';
import { DEFAULT_INTERACTION_TYPES } from '../events/interaction-type.ts';
import type { TransportBatch } from '../events/transport.ts';
import { createMemoryAcknowledgements } from '../test/doubles/memory-acknowledgements.ts';
import { createMemoryCoveringStore } from '../test/doubles/memory-covering-journal.ts';
import { createMemoryIdentities } from '../test/doubles/memory-identities.ts';
import { createMemoryPoisonLot } from '../test/doubles/memory-poison-lot.ts';

const DRAWN_BYTES = 65_536;

/** What the events go into; each round has one of its own. */
interface Stores {
  readonly journal: CoveringJournal;
  readonly identities: Pick<ForgettingIdentities, 'resolve' | 'erase'>;
  close(): Promise<void>;
}

/** The stores that are measured; the memory ones show what the ingest itself costs. */
async function openStores(partitions: number): Promise<Stores> {
  const url = process.env['REPRISE_BENCHMARK_MONGO_URL'];
  if (url === undefined) {
    return {
      journal: createMemoryCoveringStore(partitions, Date.now).open(),
      identities: createMemoryIdentities(drawnAtOnce()),
      close: () => Promise.resolve(),
    };
  }
  const connection = await connectMongo({ url });
  const name = `benchmark-${randomBytes(6).toString('hex')}`;
  const database = `${name}-identity`;
  const shared = { connection, clock: Date.now };
  return {
    journal: await openJournal({ ...shared, database: name, partitions }),
    identities: await openIdentities({ ...shared, database, random: randomBytes }),
    async close() {
      for (const each of [name, database]) await connection.database(each).dropDatabase();
      await connection.close();
    },
  };
}

/** Random bytes of which many are drawn at a time, as the store in MongoDB draws those of a block's new users. */
function drawnAtOnce(): (length: number) => Uint8Array {
  let drawn = randomBytes(DRAWN_BYTES);
  let used = 0;
  return (length) => {
    if (used + length > drawn.length) {
      drawn = randomBytes(DRAWN_BYTES);
      used = 0;
    }
    used += length;
    return drawn.subarray(used - length, used);
  };
}

/** Runs the ingest over a topic until `done` settles, tells each handled batch, and resolves to the events of its journal. */
export async function ingestTopic(
  options: TransportOptions,
  handled: (batch: TransportBatch) => void,
  begun: () => void,
  done: Promise<void>,
): Promise<number> {
  const stores = await openStores(options.partitions);
  const { journal, identities } = stores;
  const transport = await openTransport(options);
  const ingest = createIngest({
    ...{ journal, identities, logger: options.logger },
    poison: createMemoryPoisonLot(),
    feed: createMemoryAcknowledgements(),
    types: DEFAULT_INTERACTION_TYPES,
    clock: Date.now,
    random: randomBytes,
    yieldNow: () => setImmediate(),
  });
  const consumer = transport.createConsumer();
  const failed = new Promise<never>((_, reject) => {
    consumer
      .run(async (batch, signal) => {
        begun();
        await ingest.handle(batch, signal);
        handled(batch);
      }, ingest)
      .catch(reject);
  });
  await Promise.race([done, failed]);
  const stored = journal.status().heads.reduce<number>((sum, head) => sum + head + 1, 0);
  await consumer.close();
  await transport.close();
  await journal.close();
  await stores.close();
  return stored;
}

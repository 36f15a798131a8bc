// How many events a second go from a Kafka topic through the ingest into a journal, against a bare kafkajs consumer of the
// same topic in the same run? Bare is the fastest that kafkajs can be: whole batches, each value touched, nothing parsed and
// nothing kept. What kafkajs's own guide does, a message at a time and its JSON parsed, is told beside it. The broker is
// that of REPRISE_KAFKA_BROKERS; the journal is in memory, or in the MongoDB that REPRISE_BENCHMARK_MONGO_URL names.
import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import type { EachBatchPayload, EachMessagePayload } from 'kafkajs';
import { createIngest } from '../activities/ingest.ts';
import { openIdentities } from '../adapters/cluster/identity.ts';
import { openJournal } from '../adapters/cluster/journal.ts';
import { connectMongo } from '../adapters/cluster/mongo.ts';
import { openTransport } from '../adapters/cluster/transport.ts';
import type { ClusterTransport, TransportOptions } from '../adapters/cluster/transport.ts';
import type { CoveringJournal } from '../events/covering-journal.ts';
import { eventKey } from '../events/event-key.ts';
import type { ForgettingIdentities } from '../events/identity.ts';
import { DEFAULT_INTERACTION_TYPES } from '../events/interaction-type.ts';
import { partitionOf } from '../events/partition-of.ts';
import { encodeMessage } from '../events/transport-message.ts';
import type { OutgoingMessage } from '../events/transport.ts';
import { createMemoryAcknowledgements } from '../test/doubles/memory-acknowledgements.ts';
import { createMemoryCoveringStore } from '../test/doubles/memory-covering-journal.ts';
import { createMemoryIdentities } from '../test/doubles/memory-identities.ts';
import { createMemoryPoisonLot } from '../test/doubles/memory-poison-lot.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 200_000);
const PARTITIONS = 8;
const USERS = 20_000;
const ITEMS = 10_000;
const HOUR_MS = 3_600_000;
const ROUNDS = 5;
const DRAWN_BYTES = 65_536;

/** What the events go into; each round has one of its own. */
interface Stores {
  readonly journal: CoveringJournal;
  readonly identities: Pick<ForgettingIdentities, 'resolve' | 'erase'>;
  close(): Promise<void>;
}

/** The stores that are measured; the memory ones show what the ingest itself costs. */
async function openStores(): Promise<Stores> {
  const url = process.env['REPRISE_BENCHMARK_MONGO_URL'];
  if (url === undefined) {
    return {
      journal: createMemoryCoveringStore(PARTITIONS, Date.now).open(),
      identities: createMemoryIdentities(drawnAtOnce()),
      close: () => Promise.resolve(),
    };
  }
  const connection = await connectMongo({ url });
  const name = `benchmark-${randomBytes(6).toString('hex')}`;
  const database = `${name}-identity`;
  const shared = { connection, clock: Date.now };
  return {
    journal: await openJournal({ ...shared, database: name, partitions: PARTITIONS }),
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

function messageOf(n: number): OutgoingMessage {
  const user = `user-${String((n * 7_919) % USERS)}`;
  const id = `event-${String(n)}`;
  const item = `item-${String((n * 104_729) % ITEMS)}`;
  const event = { id, type: 'play', user, item, value: n % 5, time: 1_700_000_000_000 + n };
  return {
    partition: partitionOf(user, PARTITIONS),
    key: eventKey(id),
    value: encodeMessage({ event }),
  };
}

async function fill(transport: ClusterTransport): Promise<number> {
  const startMs = performance.now();
  for (let from = 0; from < EVENTS; from += 10_000) {
    const count = Math.min(10_000, EVENTS - from);
    await transport.send(Array.from({ length: count }, (_, n) => messageOf(from + n)));
  }
  return rate(startMs);
}

function rate(startMs: number): number {
  return Math.round((EVENTS / (performance.now() - startMs)) * 1_000);
}

async function ingestAll(options: TransportOptions): Promise<number> {
  const stores = await openStores();
  const { journal, identities } = stores;
  const transport = await openTransport(options);
  const logger = options.logger;
  const ingest = createIngest({
    ...{ journal, identities, logger },
    poison: createMemoryPoisonLot(),
    feed: createMemoryAcknowledgements(),
    types: DEFAULT_INTERACTION_TYPES,
    clock: Date.now,
    random: randomBytes,
    yieldNow: () => setImmediate(),
  });
  const consumer = transport.createConsumer();
  let startMs = 0;
  let handled = 0;
  const perSecond = await new Promise<number>((resolve, reject) => {
    consumer
      .run(async (batch, signal) => {
        // Joining the group takes as long as the broker likes, and is no part of the question.
        startMs ||= performance.now();
        await ingest.handle(batch, signal);
        handled += batch.messages.length;
        if (handled >= EVENTS) resolve(rate(startMs));
      }, ingest)
      .catch(reject);
  });
  const { heads } = journal.status();
  const stored = heads.reduce<number>((sum, head) => sum + head + 1, 0);
  if (stored !== EVENTS) throw new Error(`${String(stored)} of ${String(EVENTS)} are there`);
  await consumer.close();
  await transport.close();
  await journal.close();
  await stores.close();
  return perSecond;
}

/** What a consumer reaches that does nothing with what it reads, or parses it a message at a time. */
async function consumeBare(
  { brokers, topic }: TransportOptions,
  by: 'message' | 'batch',
): Promise<number> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const groupId = `bare-${randomBytes(6).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let startMs = 0;
  let handled = 0;
  const perSecond = await new Promise<number>((resolve, reject) => {
    const take = (value: Buffer | null): void => {
      startMs ||= performance.now();
      if (value?.[0] !== 0x7b) reject(new Error('a message is no JSON object'));
      handled += 1;
      if (handled === EVENTS) resolve(rate(startMs));
    };
    const each =
      by === 'message'
        ? {
            eachMessage: async ({ message: { value } }: EachMessagePayload) => {
              take(value);
              JSON.parse(value?.toString() ?? '');
              await Promise.resolve();
            },
          }
        : {
            eachBatch: async ({ batch }: EachBatchPayload) => {
              for (const { value } of batch.messages) take(value);
              await Promise.resolve();
            },
          };
    consumer.run({ partitionsConsumedConcurrently: PARTITIONS, ...each }).catch(reject);
  });
  await consumer.disconnect();
  return perSecond;
}

function median(rates: readonly number[]): number {
  return rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0;
}

/** What one run reached. */
interface Run {
  readonly perSecond: number;
  /** Processor time an event, in microseconds: on a machine with other work the rates tell of that work, too. */
  readonly cpuMicros: number;
}

async function measured(run: () => Promise<number>): Promise<Run> {
  const before = process.cpuUsage();
  const perSecond = await run();
  const { user, system } = process.cpuUsage(before);
  return { perSecond, cpuMicros: (user + system) / EVENTS };
}

/** The median over the rounds of what one thing is to another; each round's runs come right after each other. */
function ratio(over: readonly number[], under: readonly number[]): number {
  return Number(median(over.map((each, round) => each / (under[round] ?? NaN))).toFixed(2));
}

const brokers = process.env['REPRISE_KAFKA_BROKERS'];
if (brokers === undefined) {
  throw new Error(
    'REPRISE_KAFKA_BROKERS names no broker: scripts/stack up kafka, then scripts/stack env',
  );
}
const name = `benchmark-${randomBytes(6).toString('hex')}`;
const options: TransportOptions = {
  brokers: brokers.split(','),
  clientId: 'reprise-benchmark',
  topic: name,
  groupId: name,
  partitions: PARTITIONS,
  replicas: 1,
  retentionMs: HOUR_MS,
  logger: { info: () => undefined, warn: console.warn, error: console.error },
};
const transport = await openTransport(options);
const sentPerSecond = await fill(transport);
const ingested: Run[] = [];
const byMessage: Run[] = [];
const byBatch: Run[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const groupId = `${name}-${String(round)}`;
  byMessage.push(await measured(() => consumeBare(options, 'message')));
  byBatch.push(await measured(() => consumeBare(options, 'batch')));
  ingested.push(await measured(() => ingestAll({ ...options, groupId })));
}
const rates = (runs: readonly Run[]): number[] => runs.map(({ perSecond }) => perSecond);
const costs = (runs: readonly Run[]): number[] => runs.map(({ cpuMicros }) => cpuMicros);
const cost = (runs: readonly Run[]): number => Number(median(costs(runs)).toFixed(1));
await transport.close();
const admin = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.NOTHING }).admin();
await admin.connect();
await admin.deleteTopics({ topics: [name] });
await admin.disconnect();
console.log(
  JSON.stringify({
    benchmark: 'kafka-ingest',
    events: EVENTS,
    sentPerSecond,
    ingestedPerSecond: median(rates(ingested)),
    barePerSecond: median(rates(byBatch)),
    parsedByMessagePerSecond: median(rates(byMessage)),
    ratio: ratio(rates(ingested), rates(byBatch)),
    ratioToParsed: ratio(rates(ingested), rates(byMessage)),
    cpuMicrosAnEvent: {
      ...{ ingested: cost(ingested), bare: cost(byBatch), parsedByMessage: cost(byMessage) },
    },
    cpuRatio: ratio(costs(byBatch), costs(ingested)),
    cpuRatioToParsed: ratio(costs(byMessage), costs(ingested)),
  }),
);

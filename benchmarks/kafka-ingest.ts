// How many events a second go from a Kafka topic through the ingest into a journal, against bare kafkajs consumers of the
// same topic in the same run? A bare consumer keeps nothing: it makes text of a message at a time, as kafkajs's guide does,
// or parses that, or only touches each value of whole batches, which is the fastest that kafkajs can be. One ingest is
// measured, and two of one group, which is how two cores are used. The broker is that of REPRISE_KAFKA_BROKERS; the
// journal is in memory, or in the MongoDB that REPRISE_BENCHMARK_MONGO_URL names.
import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { openTransport } from '../adapters/cluster/transport.ts';
import type { ClusterTransport, TransportOptions } from '../adapters/cluster/transport.ts';
import { eventKey } from '../events/event-key.ts';
import { partitionOf } from '../events/partition-of.ts';
import { encodeMessage } from '../events/transport-message.ts';
import type { OutgoingMessage } from '../events/transport.ts';
import { consumeBare } from './bare-consumer.ts';
import { ingestByTwo } from './ingest-pair.ts';
import { ingestTopic } from './ingested-topic.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 200_000);
const PARTITIONS = 8;
const USERS = 20_000;
const ITEMS = 10_000;
const HOUR_MS = 3_600_000;
const ROUNDS = 5;

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
  let startMs = 0;
  let handled = 0;
  let perSecond = 0;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const stored = await ingestTopic(
    options,
    ({ messages }) => {
      handled += messages.length;
      if (handled < EVENTS) return;
      perSecond = rate(startMs);
      finish();
    },
    // Joining the group takes as long as the broker likes, and is no part of the question.
    () => (startMs ||= performance.now()),
    done,
  );
  if (stored !== EVENTS) throw new Error(`${String(stored)} of ${String(EVENTS)} are there`);
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
  return { perSecond: Math.round(perSecond), cpuMicros: (user + system) / EVENTS };
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
const runs = {
  parse: [] as Run[],
  text: [] as Run[],
  touch: [] as Run[],
  one: [] as Run[],
  two: [] as Run[],
};
for (let round = 0; round < ROUNDS; round += 1) {
  for (const work of ['parse', 'text', 'touch'] as const) {
    runs[work].push(await measured(() => consumeBare(options, EVENTS, work)));
  }
  const groupId = `${name}-${String(round)}`;
  runs.one.push(await measured(() => ingestAll({ ...options, groupId })));
  runs.two.push(
    await measured(() => ingestByTwo({ ...options, groupId: `${groupId}-two` }, EVENTS)),
  );
}
await transport.close();
const admin = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.NOTHING }).admin();
await admin.connect();
await admin.deleteTopics({ topics: [name] });
await admin.disconnect();

type Kind = keyof typeof runs;
const rates = (kind: Kind): number[] => runs[kind].map(({ perSecond }) => perSecond);
const costs = (kind: Kind): number[] => runs[kind].map(({ cpuMicros }) => cpuMicros);

/** The median over the rounds of what one thing is to another; each round's runs come right after each other. */
function ratio(over: readonly number[], under: readonly number[]): number {
  return Number(median(over.map((each, round) => each / (under[round] ?? NaN))).toFixed(2));
}

const KINDS = ['touch', 'text', 'parse'] as const;
const toEach = (of: 'one' | 'two'): Record<string, number> =>
  Object.fromEntries(KINDS.map((kind) => [kind, ratio(rates(of), rates(kind))]));
console.log(
  JSON.stringify({
    benchmark: 'kafka-ingest',
    events: EVENTS,
    sentPerSecond,
    perSecond: Object.fromEntries(
      (['one', 'two', ...KINDS] as const).map((kind) => [kind, median(rates(kind))]),
    ),
    ratio: { one: toEach('one'), two: toEach('two') },
    cpuMicrosAnEvent: Object.fromEntries(
      (['one', ...KINDS] as const).map((kind) => [kind, Number(median(costs(kind)).toFixed(1))]),
    ),
    cpuRatio: Object.fromEntries(KINDS.map((kind) => [kind, ratio(costs(kind), costs('one'))])),
  }),
);

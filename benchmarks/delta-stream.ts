/** How many deltas a second go through Redis, and how late: against a bare XADD and XREAD of the same bytes. */
import { openDeltaReader, openDeltaWriter } from '../adapters/cluster/redis/delta-stream.ts';
import { RedisLink } from '../adapters/cluster/redis/redis.ts';
import { ORIGIN } from '../events/position.ts';
import { encodeDelta } from '../model/delta-codec.ts';
import type { ModelDelta } from '../model/delta.ts';
import { seededRandom } from './serving-world.ts';

const url = process.env['REPRISE_REDIS_URL'];
const DELTAS = Number(process.env['REPRISE_BENCHMARK_DELTAS'] ?? 2_000);
const ROUNDS = 3;
const DIMENSIONS = 32;
/** What a slice of 8 ms touches at some 20,000 events a second. */
const USER_ROWS = 120;
const ITEM_ROWS = 80;
const VERSION = 'v1';

interface Figures {
  readonly deltasPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A way for deltas from a writer to a reader. */
interface Way {
  readonly send: (at: number) => Promise<void>;
  /** Calls back for every delta that came, until all did. */
  readonly receive: (came: (at: number) => void) => Promise<void>;
}

function deltaOf(at: number, random: () => number): ModelDelta {
  const rows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, n) => n);
  const floats = (count: number): Float32Array => Float32Array.from({ length: count }, random);
  return {
    version: VERSION,
    partition: 0,
    from: at - 1,
    to: at,
    whole: false,
    dimensions: DIMENSIONS,
    output: floats(DIMENSIONS),
    userRowsBefore: USER_ROWS,
    newUsers: new Uint8Array(0),
    userRows: rows(USER_ROWS),
    userVectors: floats(USER_ROWS * DIMENSIONS),
    userEvents: rows(USER_ROWS),
    userPositives: rows(USER_ROWS),
    userTimeMs: new Float64Array(USER_ROWS),
    itemRowsBefore: ITEM_ROWS,
    newItems: [],
    itemRows: rows(ITEM_ROWS),
    itemVectors: floats(ITEM_ROWS * DIMENSIONS),
    itemBias: floats(ITEM_ROWS),
    itemPopularity: new Float64Array(ITEM_ROWS),
    seenUsers: rows(USER_ROWS),
    seenItems: rows(USER_ROWS),
    deadLetters: [],
  };
}

async function measured({ send, receive }: Way): Promise<Figures> {
  const sent = new Float64Array(DELTAS);
  const late: number[] = [];
  const received = receive((at) => late.push(performance.now() - (sent[at] ?? 0)));
  const started = performance.now();
  for (let at = 0; at < DELTAS; at += 1) {
    sent[at] = performance.now();
    await send(at);
  }
  await received;
  const seconds = (performance.now() - started) / 1_000;
  late.sort((a, b) => a - b);
  const quantile = (share: number): number => late[Math.floor(share * (DELTAS - 1))] ?? NaN;
  return { deltasPerSecond: DELTAS / seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

/** Through the codec, the fence, the index and the checks. */
async function throughStream(link: RedisLink, deltas: readonly ModelDelta[]): Promise<Figures> {
  const writer = openDeltaWriter(link);
  const reader = openDeltaReader(link);
  return measured({
    send: (at) => writer.append(deltas[at] as ModelDelta, 1),
    async receive(came) {
      const signal = new AbortController().signal;
      for await (const event of reader.read(0, ORIGIN, VERSION, signal)) {
        if (event.kind === 'gap') throw new Error('the stream has a gap');
        came(event.delta.to);
        if (event.delta.to === DELTAS - 1) return;
      }
    },
  });
}

/** The same bytes, by nothing but the two commands. */
async function bare(link: RedisLink, records: readonly Buffer[]): Promise<Figures> {
  const key = `${link.prefix}bare`;
  const redis = link.open(10_000);
  const figures = await measured({
    async send(at) {
      await link.run((own) => own.xadd(key, 'MAXLEN', '~', 8_192, '*', 'd', records[at] ?? ''));
    },
    async receive(came) {
      let last = '0';
      for (let at = 0; at < DELTAS;) {
        const place = ['STREAMS', key, last] as const;
        const reply = await redis.xreadBuffer('COUNT', 16, 'BLOCK', 1_000, ...place);
        const entries = reply?.[0]?.[1];
        for (const [id] of entries ?? []) {
          last = id.toString();
          came(at);
          at += 1;
        }
      }
    },
  });
  redis.disconnect();
  return figures;
}

/** The figures of the round in the middle by deltas a second. */
function middle(rounds: readonly Figures[]): Figures {
  const sorted = [...rounds].sort((a, b) => a.deltasPerSecond - b.deltasPerSecond);
  return sorted[Math.floor(sorted.length / 2)] as Figures;
}

if (url === undefined) {
  throw new Error(
    'REPRISE_REDIS_URL is not set: scripts/stack up redis, export $(scripts/stack env)',
  );
}
const random = seededRandom(11);
const deltas = Array.from({ length: DELTAS }, (_, at) => deltaOf(at, random));
const records = deltas.map((delta) => Buffer.from(encodeDelta(delta)));
const stream: Figures[] = [];
const baseline: Figures[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const link = new RedisLink({ url, prefix: `benchmark-${process.pid}-${round}:` });
  baseline.push(await bare(link, records));
  stream.push(await throughStream(link, deltas));
  await link.run(async (redis) => {
    const keys = ['bare', 'deltas:{0}', 'deltas:{0}:index', 'deltas:{0}:state'];
    await redis.del(...keys.map((key) => link.prefix + key));
  });
  await link.close();
}
const [ours, theirs] = [middle(stream), middle(baseline)];
console.log(
  JSON.stringify({
    benchmark: 'delta-stream',
    deltas: DELTAS,
    recordBytes: records[0]?.length,
    ...ours,
    baseline: theirs,
    ratio: ours.deltasPerSecond / theirs.deltasPerSecond,
    p99Ratio: ours.p99Ms / theirs.p99Ms,
  }),
);

/**
 * How many full recommendations over 10,000 items does the core serve, against bare Koa with a constant 10-item JSON,
 * and how late are they at 500 requests a second? A line a learner.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import autocannon from 'autocannon';

import { fillWorld } from './listened-world.ts';
import { Client, paced, round, summary } from './paced-load.ts';
import { measuredLearners, startServed } from './served.ts';
import type { Served } from './served.ts';

const WORLD = { users: 2_000, items: 10_000, events: 100_000 };
const CONNECTIONS = 50;
const SECONDS = 5;
const ROUNDS = 3;
/** Events that come in while answers are counted, a second: none is answered from a world that stands still. */
const EVENTS_RATE = 50;
const RATE = 500;
const RATE_SECONDS = 20;

interface Measured {
  readonly requestsPerSecond: number;
  readonly cpuMicrosecondsPerRequest: number;
}

const paths = Array.from(
  { length: 500 },
  (_, at) => `/v1/users/user-${String((at * 7) % WORLD.users)}/recommendations?n=10`,
);

async function saturate(
  served: Served,
  meanwhile: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Measured> {
  const before = await served.cpuMicroseconds();
  const other = meanwhile();
  const result = await autocannon({
    url: `http://127.0.0.1:${String(served.port)}`,
    connections: CONNECTIONS,
    duration: SECONDS,
    requests: paths.map((path) => ({ path })),
  });
  await other;
  const used = (await served.cpuMicroseconds()) - before;
  if (result.non2xx + result.errors > 0) throw new Error('not every request was answered');
  return {
    requestsPerSecond: result.requests.average,
    cpuMicrosecondsPerRequest: round(used / result.requests.total),
  };
}

/** The round with the middle rate: other work on the machine disturbs both ends. */
function middle(rounds: readonly Measured[]): Measured {
  const sorted = [...rounds].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  return sorted[Math.floor(sorted.length / 2)] as Measured;
}

async function compare(
  core: Served,
  bare: Served,
  listen: () => Promise<unknown>,
): Promise<object> {
  const ofCore: Measured[] = [];
  const ofBare: Measured[] = [];
  await saturate(bare); // Both are warm before the first round counts.
  await saturate(core, listen);
  for (let at = 0; at < ROUNDS; at += 1) {
    ofBare.push(await saturate(bare));
    ofCore.push(await saturate(core, listen));
  }
  const [recommendations, bareKoa] = [middle(ofCore), middle(ofBare)];
  return {
    recommendations,
    bareKoa,
    ratio: round(recommendations.requestsPerSecond / bareKoa.requestsPerSecond),
    cpuRatio: round(bareKoa.cpuMicrosecondsPerRequest / recommendations.cpuMicrosecondsPerRequest),
  };
}

/** An event of a listener who is asked for: their own answer changes too. */
function eventOf(at: number): object {
  const user = `user-${String((at * 7 * 13) % WORLD.users)}`;
  return { type: 'play', user, item: `item-${String((at * 101) % WORLD.items)}` };
}

async function pace(
  served: Served,
  ask: (client: Client, at: number) => Promise<unknown>,
): Promise<object> {
  const client = new Client(served.port);
  await paced(RATE, 2, (at) => ask(client, at));
  const latencies = await paced(RATE, RATE_SECONDS, (at) => ask(client, at));
  client.close();
  return { ...summary(latencies) };
}

async function measure(core: Served): Promise<object> {
  const client = new Client(core.port);
  await fillWorld(client, WORLD);
  const sample = await client.send('GET', paths[0] ?? '');
  client.close();
  const { items, search } = sample.json as { readonly items: unknown[]; readonly search: unknown };
  if (items.length !== 10) throw new Error('the world gives too few recommendations');
  const bare = await startServed('bare', JSON.stringify(sample.json));
  const listening = new Client(core.port);
  const saturated = await compare(core, bare, () =>
    paced(EVENTS_RATE, SECONDS, (at) => listening.send('POST', '/v1/events', eventOf(at))),
  );
  listening.close();
  const atRate = await pace(core, (one, at) => one.send('GET', paths[at % paths.length] ?? ''));
  const bareAtRate = await pace(bare, (one) => one.send('GET', '/'));
  await bare.close();
  return {
    connections: CONNECTIONS,
    eventsPerSecond: EVENTS_RATE,
    search,
    ...saturated,
    requestsPerSecond: RATE,
    millisecondsAtRate: atRate,
    bareMillisecondsAtRate: bareAtRate,
  };
}

for (const learner of measuredLearners()) {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-serving-'));
  const core = await startServed('core', folder, { REPRISE_LEARNER: learner });
  try {
    const measured = await measure(core);
    console.log(JSON.stringify({ benchmark: 'serving', learner, ...WORLD, ...measured }));
  } finally {
    await core.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * How many events a second does a backfill replay beside 200 requests and 200 events a second, and how late are those
 * answers? Baseline: the same backfill without load, and the same load without a backfill.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { fillWorld } from './listened-world.ts';
import { Client, paced, round, summary } from './paced-load.ts';
import type { Latencies } from './paced-load.ts';
import { startServed } from './served.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 1_000_000);
const LEARNERS = (process.env['REPRISE_BENCHMARK_LEARNERS'] ?? 'isgd,gmf').split(',');
const WORLD = { users: 6_000, items: 4_000, events: EVENTS };
const RATE = 200;
const IDLE_SECONDS = 10;

interface Backfilled {
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
}

async function backfill(client: Client): Promise<Backfilled> {
  const started = await client.send('POST', '/v1/backfills', {});
  if (started.status !== 202) throw new Error(JSON.stringify(started.json));
  const { workflowId } = started.json as { readonly workflowId: string };
  for (;;) {
    const { json } = await client.send('GET', `/v1/backfills/${workflowId}`);
    const run = json as { readonly state: string; readonly result?: Backfilled };
    if (run.result !== undefined) return run.result;
    if (run.state !== 'running') throw new Error(JSON.stringify(json));
    await sleep(250);
  }
}

/** Asks and plays at the rate for as long as `goesOn`; every answer has to be one. */
async function load(client: Client, goesOn: () => boolean): Promise<Latencies> {
  const latencies: number[] = [];
  let played = 0;
  while (goesOn()) {
    const asking = paced(RATE, 1, async (at) => {
      const user = `user-${String((at * 31) % WORLD.users)}`;
      const { status } = await client.send('GET', `/v1/users/${user}/recommendations`);
      if (status !== 200) throw new Error(`an answer was ${String(status)}`);
    });
    const playing = paced(RATE, 1, async () => {
      played += 1;
      const user = `user-${String((played * 17) % WORLD.users)}`;
      const item = `item-${String((played * 13) % WORLD.items)}`;
      const { status } = await client.send('POST', '/v1/events', { type: 'play', user, item });
      if (status !== 202) throw new Error(`a play was ${String(status)}`);
    });
    latencies.push(...(await asking));
    await playing;
  }
  return summary(latencies);
}

async function measure(learner: string): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-backfill-'));
  const core = await startServed('durable', join(folder, 'data'), { REPRISE_LEARNER: learner });
  const client = new Client(core.port, 256);
  try {
    await fillWorld(client, WORLD);
    // The first run starts Temporal, too: it is small.
    await client.send('POST', '/v1/backfills', { to: ['0:1000'] });
    await sleep(8_000);
    const alone = await backfill(client);
    let rounds = 0;
    const idle = await load(client, () => rounds++ < IDLE_SECONDS);
    let isOver = false;
    const loaded = load(client, () => !isOver);
    const beside = await backfill(client).finally(() => {
      isOver = true;
    });
    const answers = await loaded;
    return {
      learner,
      eventsPerSecondAlone: alone.eventsPerSecond,
      eventsPerSecondBesideLoad: beside.eventsPerSecond,
      ratio: round(beside.eventsPerSecond / alone.eventsPerSecond),
      answerMilliseconds: answers,
      answerMillisecondsWithoutBackfill: idle,
    };
  } finally {
    client.close();
    await core.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const learners: object[] = [];
for (const learner of LEARNERS) learners.push(await measure(learner));
console.log(JSON.stringify({ benchmark: 'backfill', ...WORLD, requestsPerSecond: RATE, learners }));

/**
 * How many events a second does a backfill replay beside 200 requests and 200 events a second, and how late are those
 * answers? Baseline: the same backfill without load, and the same load without a backfill.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { backfill, load } from './backfill-run.ts';
import { fillWorld } from './listened-world.ts';
import { Client, round } from './paced-load.ts';
import { startServed } from './served.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 1_000_000);
const LEARNERS = (process.env['REPRISE_BENCHMARK_LEARNERS'] ?? 'isgd,gmf').split(',');
const WORLD = { users: 6_000, items: 4_000, events: EVENTS };
const RATE = 200;
const LOAD = { users: WORLD.users, items: WORLD.items, perSecond: RATE };
const IDLE_SECONDS = 10;

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
    const idle = await load(client, LOAD, () => rounds++ < IDLE_SECONDS);
    let isOver = false;
    const loaded = load(client, LOAD, () => !isOver);
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

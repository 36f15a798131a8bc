/**
 * How long does a switch between two versions take beside 200 requests and 50 events a second, and does any answer fail,
 * mix versions or miss what was written? Baseline: the same load without a switch.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { fillWorld } from './listened-world.ts';
import { Client, paced, round, summary } from './paced-load.ts';
import type { Latencies } from './paced-load.ts';
import { startServed } from './served.ts';

const SWITCHES = Number(process.env['REPRISE_BENCHMARK_SWITCHES'] ?? 100);
const WORLD = { users: 2_000, items: 4_000, events: 100_000 };
const ASKED_USERS = 100;
const REQUESTS = 200;
const PLAYS = 50;

interface Answer {
  readonly model: string;
  readonly items: readonly { readonly id: string }[];
}

let failed = 0;
let mixed = 0;
let unread = 0;

async function recommended(client: Client, user: string, query = ''): Promise<Answer> {
  const { status, json } = await client.send('GET', `/v1/users/${user}/recommendations${query}`);
  if (status !== 200) failed += 1;
  return json as Answer;
}

async function switchOver(client: Client): Promise<number> {
  const { live } = (await client.send('GET', '/v1/models')).json as { readonly live: string };
  const { status, json } = await client.send('POST', `/v1/models/${live}/rollback`, {});
  if (status !== 200) throw new Error(JSON.stringify(json));
  return (json as { readonly switchMs: number }).switchMs;
}

/** What each version answers while nothing is written: every later answer has to be one of these, whole. */
async function answersOf(client: Client): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (let n = 0; n < ASKED_USERS; n += 1) {
    const answer = await recommended(client, `user-${String(n)}`);
    found.set(`${answer.model} user-${String(n)}`, JSON.stringify(answer.items));
  }
  return found;
}

/** Asks at the rate while switches go on, and checks that answers are whole of one version. */
async function readWhole(client: Client, goesOn: () => boolean): Promise<Latencies> {
  const expected = new Map(await answersOf(client));
  await switchOver(client);
  for (const [name, items] of await answersOf(client)) expected.set(name, items);
  const latencies: number[] = [];
  while (goesOn()) {
    latencies.push(
      ...(await paced(REQUESTS, 1, async (at) => {
        const user = `user-${String(at % ASKED_USERS)}`;
        const answer = await recommended(client, user);
        const items = expected.get(`${answer.model} ${user}`);
        if (items !== JSON.stringify(answer.items)) mixed += 1;
      })),
    );
  }
  return summary(latencies);
}

/** Plays what is recommended and asks again: it has to be gone. */
async function readOwnWrites(client: Client, goesOn: () => boolean): Promise<Latencies> {
  const latencies: number[] = [];
  let played = 0;
  while (goesOn()) {
    latencies.push(
      ...(await paced(PLAYS, 1, async () => {
        played += 1;
        const user = `user-${String(played % WORLD.users)}`;
        const [first] = (await recommended(client, user)).items;
        const item = first?.id ?? 'item-0';
        const { status, json } = await client.send('POST', '/v1/events', {
          ...{ type: 'play', user, item },
        });
        if (status !== 202) failed += 1;
        const [position = ''] = (json as { readonly positions: readonly string[] }).positions;
        const next = await recommended(client, user, `?after=${position}`);
        if (next.items.some(({ id }) => id === item)) unread += 1;
      })),
    );
  }
  return summary(latencies);
}

async function switched(
  client: Client,
  load: (client: Client, goesOn: () => boolean) => Promise<Latencies>,
): Promise<{ switches: Latencies; load: Latencies }> {
  let isOver = false;
  const loading = load(client, () => !isOver);
  await sleep(2_000);
  const switches: number[] = [];
  for (let n = 0; n < SWITCHES / 2; n += 1) {
    switches.push(await switchOver(client));
    await sleep(50);
  }
  isOver = true;
  return { switches: summary(switches), load: await loading };
}

const folder = await mkdtemp(join(tmpdir(), 'reprise-promotion-'));
const core = await startServed('durable', join(folder, 'data'), { REPRISE_LEARNER: 'gmf' });
const client = new Client(core.port, 256);
try {
  await fillWorld(client, WORLD);
  await client.send('POST', '/v1/backfills', { settings: { learningRate: 0.1 } });
  while ((await client.send('POST', '/v1/models/v2/promote', {})).status !== 200) await sleep(500);
  let rounds = 0;
  const still = await readWhole(client, () => rounds++ < 5);
  const whole = await switched(client, readWhole);
  const writes = await switched(client, readOwnWrites);
  console.log(
    JSON.stringify({
      benchmark: 'promotion',
      learner: 'gmf',
      ...WORLD,
      ...{ switches: SWITCHES, failed, mixed, unread },
      switchMilliseconds: whole.switches,
      switchMillisecondsBesideEvents: writes.switches,
      answerMilliseconds: whole.load,
      answerMillisecondsWithoutSwitches: still,
      ratio: round(whole.load.p99 / still.p99),
    }),
  );
} finally {
  client.close();
  await core.close();
  await rm(folder, { recursive: true, force: true });
}

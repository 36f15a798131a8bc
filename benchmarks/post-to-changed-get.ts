/**
 * How long from sending a play to having the changed answer, at 200 events a second over 10,000 items? Baseline: an
 * append of 4 KiB with fdatasync to a file beside the data folder, at the same rate: what durability alone costs.
 * A line a learner.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

import { fillWorld } from './listened-world.ts';
import { Client, paced, round, summary } from './paced-load.ts';
import { measuredLearners, startServed } from './served.ts';

const WORLD = { users: 2_000, items: 10_000, events: 100_000 };
const RATE = 200;
const SECONDS = 30;
const WARM_SECONDS = 3;

interface Recommended {
  readonly basedOn: string;
  readonly items: readonly { readonly id: string; readonly score: number }[];
}

/** Plays the user's first recommendation, then asks again: it has to be gone, and scores have to have moved. */
async function playAndAsk(client: Client, user: string, before: Recommended): Promise<number> {
  const [first] = before.items;
  const body = { type: 'play', user, item: first?.id ?? '' };
  const posted = await client.send('POST', '/v1/events', body);
  const acknowledged = performance.now();
  const [position = ''] = (posted.json as { readonly positions: readonly string[] }).positions;
  const path = `/v1/users/${user}/recommendations?after=${position}`;
  const changed = (await client.send('GET', path)).json as Recommended;
  const isGone = changed.items.every(({ id }) => id !== first?.id);
  const kept = new Map(before.items.map(({ id, score }) => [id, score]));
  const moved = changed.items.some(({ id, score }) => kept.get(id) !== score);
  if (!isGone || !moved || changed.basedOn !== 'user') throw new Error('the answer did not change');
  return acknowledged;
}

async function measure(client: Client, seconds: number): Promise<object> {
  const askFirst = (user: string): Promise<Recommended> =>
    client.send('GET', `/v1/users/${user}/recommendations`).then(({ json }) => json as Recommended);
  const changed: number[] = [];
  const posted: number[] = [];
  await paced(RATE, seconds, async (at) => {
    // No user comes twice within half a second, so that each answer changes by its own play alone.
    const user = `user-${String(at % WORLD.users)}`;
    const before = await askFirst(user);
    const started = performance.now();
    posted.push((await playAndAsk(client, user, before)) - started);
    changed.push(performance.now() - started);
  });
  return { milliseconds: summary(changed), postMilliseconds: summary(posted) };
}

async function measureDisk(folder: string): Promise<readonly number[]> {
  const file = await open(join(folder, 'baseline'), 'a');
  const block = Buffer.alloc(4_096, 1);
  const latencies = await paced(RATE, SECONDS / 3, async () => {
    await file.write(block);
    await file.datasync();
  });
  await file.close();
  return latencies;
}

async function measureAll(port: number, folder: string): Promise<object> {
  const client = new Client(port);
  await fillWorld(client, WORLD);
  await measure(client, WARM_SECONDS);
  const measured = (await measure(client, SECONDS)) as {
    readonly milliseconds: { readonly p99: number };
  };
  client.close();
  const disk = summary(await measureDisk(folder));
  return {
    eventsPerSecond: RATE,
    ...measured,
    diskMilliseconds: disk,
    ratioToDisk: round(measured.milliseconds.p99 / disk.p99),
  };
}

for (const learner of measuredLearners()) {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-changed-'));
  const core = await startServed('core', join(folder, 'data'), { REPRISE_LEARNER: learner });
  try {
    const measured = await measureAll(core.port, folder);
    console.log(
      JSON.stringify({ benchmark: 'post-to-changed-get', learner, ...WORLD, ...measured }),
    );
  } finally {
    await core.close();
    await rm(folder, { recursive: true, force: true });
  }
}

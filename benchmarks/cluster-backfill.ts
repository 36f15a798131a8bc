/**
 * How many events a second does a backfill of the cluster profile replay beside 200 requests and 200 events a second, how
 * late are answers meanwhile and during switches, and does one fail or mix versions? Everything is on one machine.
 * Baselines of the same run: the same backfill without load, the same load without a backfill, and the same backfill in
 * the embedded profile.
 */
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startCluster } from '../test/cluster/cluster.ts';
import type { Cluster } from '../test/cluster/cluster.ts';
import { backfill, load } from './backfill-run.ts';
import type { Backfilled } from './backfill-run.ts';
import { fillWorld } from './listened-world.ts';
import { Client, paced, round, summary } from './paced-load.ts';
import type { Latencies } from './paced-load.ts';
import { startServed } from './served.ts';

const EVENTS = Number(process.env['REPRISE_BENCHMARK_EVENTS'] ?? 1_000_209);
const LEARNER = process.env['REPRISE_BENCHMARK_LEARNER'] ?? 'gmf';
const PARTITIONS = Number(process.env['REPRISE_BENCHMARK_PARTITIONS'] ?? 2);
const SWITCHES = Number(process.env['REPRISE_BENCHMARK_SWITCHES'] ?? 20);
/** As many users and items as ml-1m has. */
const WORLD = { users: 6_040, items: 3_706, events: EVENTS, numbered: true };
const RATE = 200;
const LOAD = { users: WORLD.users, items: WORLD.items, perSecond: RATE };
const IDLE_SECONDS = 10;
const ASKED_USERS = 100;
const CONNECTIONS = 512;
const SWITCH_TRIES_MAX = 60;
/** How long the version beside the live one may take to follow to the end of what was filled in. */
const SETTLE_MS = 8_000;
/** Processor time is told in ticks of this many a second on Linux. */
const TICKS_A_SECOND = 100;

/** A backfill, and what its process used of a processor meanwhile. */
interface Measured extends Pick<Backfilled, 'events' | 'seconds' | 'eventsPerSecond'> {
  readonly processorSeconds: number;
}

interface Answer {
  readonly model: string;
  readonly items: readonly { readonly id: string }[];
}

async function measured(
  client: Client,
  processorSeconds: () => Promise<number>,
): Promise<Measured & { readonly version: string }> {
  const before = await processorSeconds();
  const { version, events, seconds, eventsPerSecond } = await backfill(client);
  const used = round((await processorSeconds()) - before);
  return { version, events, seconds, eventsPerSecond, processorSeconds: used };
}

/** Processor time of a process so far, in seconds; Linux tells it. */
async function processorSecondsOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** Waits until the journal has all events and workers have learned them. */
async function untilLearned(client: Client): Promise<void> {
  for (;;) {
    const { json } = await client.send('GET', '/v1/status');
    const { journal, replay } = json as {
      readonly journal: { readonly heads: readonly string[] };
      readonly replay: { readonly behind: number };
    };
    const events = journal.heads.reduce((sum, head) => sum + Number(head.split(':')[1]) + 1, 0);
    if (events >= EVENTS && replay.behind === 0) return;
    await sleep(250);
  }
}

/** Counts what goes wrong while versions are switched. */
class Switching {
  failed = 0;
  mixed = 0;
  readonly #client: Client;
  readonly #expected = new Map<string, string>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Promotes, then goes back and forth beside the load; each answer has to be whole of one version. */
  async run(version: string): Promise<object> {
    await this.#switched(`/v1/models/${version}/promote`);
    await this.#back();
    await this.#learnAnswers();
    await this.#back();
    await this.#learnAnswers();
    let rounds = 0;
    const still = await this.#ask(() => rounds++ < IDLE_SECONDS / 2);
    let isOver = false;
    const asking = this.#ask(() => !isOver);
    const switches: number[] = [];
    for (let n = 0; n < SWITCHES; n += 1) {
      switches.push(await this.#back());
      await sleep(50);
    }
    isOver = true;
    const answers = await asking;
    return {
      ...{ switches: SWITCHES, failed: this.failed, mixed: this.mixed },
      switchMilliseconds: summary(switches),
      answerMilliseconds: answers,
      answerMillisecondsWithoutSwitches: still,
    };
  }

  async #back(): Promise<number> {
    const { live } = (await this.#client.send('GET', '/v1/models')).json as { live: string };
    return this.#switched(`/v1/models/${live}/rollback`);
  }

  /** Workers tell each second what they hold: what is refused before is asked for again. */
  async #switched(path: string): Promise<number> {
    for (let tries = 1; ; tries += 1) {
      const { status, json } = await this.#client.send('POST', path, {});
      if (status === 200) return (json as { readonly switchMs: number }).switchMs;
      if (tries >= SWITCH_TRIES_MAX) throw new Error(JSON.stringify(json));
      await sleep(500);
    }
  }

  /** What the version of now answers: nothing is written, so every later answer of it has to be this one. */
  async #learnAnswers(): Promise<void> {
    // The barriers behind what was written last are set within a quarter of a second each, on a machine that is idle.
    for (let changed = ASKED_USERS; changed > 0;) {
      await sleep(2_000);
      changed = 0;
      for (let n = 0; n < ASKED_USERS; n += 1) {
        const answer = await this.#recommended(n);
        if (answer === undefined) throw new Error('an answer failed before any switch');
        const [key, items] = [`${answer.model} ${String(n)}`, JSON.stringify(answer.items)];
        if (this.#expected.get(key) !== items) changed += 1;
        this.#expected.set(key, items);
      }
    }
  }

  async #recommended(user: number): Promise<Answer | undefined> {
    const path = `/v1/users/user-${String(user)}/recommendations`;
    const { status, json } = await this.#client.send('GET', path);
    return status === 200 ? (json as Answer) : undefined;
  }

  async #ask(goesOn: () => boolean): Promise<Latencies> {
    const latencies: number[] = [];
    while (goesOn()) {
      const asked = paced(RATE, 1, async (at) => {
        const user = at % ASKED_USERS;
        const answer = await this.#recommended(user);
        if (answer === undefined) this.failed += 1;
        else if (
          this.#expected.get(`${answer.model} ${String(user)}`) !== JSON.stringify(answer.items)
        )
          this.mixed += 1;
      });
      latencies.push(...(await asked));
    }
    return summary(latencies);
  }
}

async function measureCluster(cluster: Cluster, client: Client): Promise<object> {
  await fillWorld(client, WORLD);
  await untilLearned(client);
  const processor = (): Promise<number> => processorSecondsOf(cluster.member('worker-0').pid);
  const alone = await measured(client, processor);
  let rounds = 0;
  const idle = await load(client, LOAD, () => rounds++ < IDLE_SECONDS);
  let isOver = false;
  const loaded = load(client, LOAD, () => !isOver);
  const beside = await measured(client, processor).finally(() => {
    isOver = true;
  });
  const answers = await loaded;
  const switching = await new Switching(client).run(beside.version);
  return {
    ...{ alone, besideLoad: beside },
    ratioBesideLoad: round(beside.eventsPerSecond / alone.eventsPerSecond),
    answerMilliseconds: answers,
    answerMillisecondsWithoutBackfill: idle,
    switching,
  };
}

async function measureEmbedded(): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-cluster-backfill-'));
  const env = { REPRISE_LEARNER: LEARNER };
  const core = await startServed('durable', join(folder, 'data'), env, PARTITIONS);
  const client = new Client(core.port, CONNECTIONS);
  try {
    // The first run starts Temporal, too: it is small, and its version follows the rest.
    await fillWorld(client, { ...WORLD, events: 1_000 });
    await backfill(client);
    await fillWorld(client, WORLD);
    await sleep(SETTLE_MS);
    return await measured(client, async () => (await core.cpuMicroseconds()) / 1_000_000);
  } finally {
    client.close();
    await core.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function valueOf(name: string): string {
  const value = process.env[name];
  if (value !== undefined) return value;
  throw new Error(`${name} is not set: scripts/stack up, then export $(scripts/stack env)`);
}

// A signal ends the cluster's processes too: they are in sessions of their own.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const stack = { folder: '', env: {}, value: valueOf, status: () => Promise.resolve([]) };
const env = { REPRISE_LEARNER: LEARNER };
const cluster = await startCluster({ stack, partitions: PARTITIONS, env });
try {
  const client = new Client(Number(new URL(cluster.url).port), CONNECTIONS);
  const clustered = await cluster.watch(() => measureCluster(cluster, client));
  client.close();
  await cluster.close();
  const embedded = await measureEmbedded();
  const { alone } = clustered as { readonly alone: Measured };
  console.log(
    JSON.stringify({
      benchmark: 'cluster-backfill',
      ...{
        users: WORLD.users,
        items: WORLD.items,
        events: EVENTS,
        partitions: PARTITIONS,
        learner: LEARNER,
        requestsPerSecond: RATE,
      },
      ...clustered,
      embedded,
      ratioToEmbedded: round(alone.eventsPerSecond / embedded.eventsPerSecond),
      processorRatioToEmbedded: round(alone.processorSeconds / embedded.processorSeconds),
    }),
  );
} finally {
  await cluster.close();
}

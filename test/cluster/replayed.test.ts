import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { useStack } from '../services/stack.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { copyDatabase } from './database-copy.ts';
import { LearnedJournal } from './learned-journal.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

const PARTITIONS = 8;
const PLAYS = 900;
const LEARNED_MS_MAX = 120_000;

/** The same seed kills the same workers at the same places. */
const seed = Number(process.env['REPRISE_CHAOS_SEED'] ?? randomInt(2 ** 31));

describe('a journal of many partitions', () => {
  const random = new SeededRandom(seed);
  const name = `replayed-${randomBytes(4).toString('hex')}`;
  const identities = `${name}-identity`;
  const url = stack.value('REPRISE_MONGO_URL');
  let heads: readonly number[];
  let expected: string | undefined;

  before(async () => {
    const maker = await startCluster({
      ...{ stack, partitions: PARTITIONS },
      processes: { api: 0, ingest: 0, worker: 0, trainer: 0, indexer: 0 },
      env: { REPRISE_MONGO_DATABASE: name, REPRISE_MONGO_IDENTITY_DATABASE: identities },
    });
    const world = await LearnedJournal.open({ ...maker.env, REPRISE_PROFILE: 'cluster' });
    await world.tell(PLAYS);
    heads = world.stores.journal.status().heads;
    await world.close();
    await maker.close();
  });

  /** Workers that know the journal, and nothing that others made of it. */
  async function started(workers: number): Promise<Cluster> {
    const database = `${name}-${String(workers)}`;
    await copyDatabase(url, name, database);
    return startCluster({
      ...{ stack, partitions: PARTITIONS },
      processes: { api: 0, ingest: 0, worker: workers, trainer: 0, indexer: 0 },
      env: {
        REPRISE_MONGO_DATABASE: database,
        REPRISE_MONGO_IDENTITY_DATABASE: identities,
        REPRISE_CHECKPOINT_EVENTS_MAX: '100',
      },
    });
  }

  /** Resolves when the workers have told of a share of all events. */
  async function reached(world: LearnedJournal, share: number): Promise<void> {
    const total = heads.reduce((sum, head) => sum + head + 1, 0);
    const endMs = performance.now() + LEARNED_MS_MAX;
    for (;;) {
      const notes = await world.notes();
      const told = notes.reduce((sum, { position }) => sum + position + 1, 0);
      if (told >= share * total) return;
      const what = `${String(told)} of ${String(total)} events`;
      assert.ok(performance.now() < endMs, `${what} in ${String(LEARNED_MS_MAX)} ms`);
      await sleep(50);
    }
  }

  /** Replays with so many workers, of which some are killed on the way and started again. */
  async function replay(t: TestContext, workers: number, killed: number): Promise<void> {
    const cluster = await started(workers);
    const env = { ...cluster.env, REPRISE_PROFILE: 'cluster' };
    const world = await LearnedJournal.open(env);
    const startMs = performance.now();
    try {
      await cluster.watch(async () => {
        const share = 0.1 + 0.7 * random.next();
        await reached(world, share);
        const first = random.below(workers);
        const doomed = Array.from({ length: killed }, (_, n) =>
          cluster.member(`worker-${String((first + n) % workers)}`),
        );
        await Promise.all(doomed.map((member) => member.kill()));
        await Promise.all(doomed.map((member) => member.start()));
        await reached(world, 1);
        const ms = Math.round(performance.now() - startMs);
        t.diagnostic(
          `${String(workers)} workers, ${String(killed)} killed at ${share.toFixed(2)}: ${String(ms)} ms`,
        );
        await compared(cluster);
        await world.events();
        assert.deepEqual(world.stores.journal.status().heads, heads, 'nobody added to the journal');
      });
    } finally {
      await world.close();
      await cluster.close();
    }
  }

  async function compared(workers: Cluster): Promise<void> {
    const reader = await startCluster({
      ...{ stack, partitions: PARTITIONS },
      processes: { ingest: 0, worker: 0, trainer: 0, indexer: 0 },
      env: workers.env,
    });
    try {
      await reader.watch(async () => {
        const client = new ClusterClient([reader.url]);
        const verified = await client.json('POST', '/v1/verifications', {});
        assert.equal(verified['equal'], true, JSON.stringify(verified));
        expected ??= String(verified['hash']);
        assert.equal(verified['hash'], expected, 'as many workers as before came to the same');
      });
    } finally {
      await reader.close();
    }
  }

  it('is replayed by one worker that is killed', (t) => {
    t.diagnostic(`REPRISE_CHAOS_SEED=${String(seed)}`);
    return replay(t, 1, 1);
  });

  it('comes to the same state by two workers, one of them killed', (t) => replay(t, 2, 1));

  it('comes to the same state by four workers, two of them killed', (t) => replay(t, 4, 2));
});

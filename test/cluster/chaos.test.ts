import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExportedEvent } from '../../events/export-events.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { useOwnStack } from '../services/stack.ts';
import { killAndStart, pairs, singles, targetsOf } from './chaos/faults.ts';
import type { Target } from './chaos/faults.ts';
import { Load } from './chaos/load.ts';
import { recovered, whole } from './chaos/recovery.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';

const variable = (name: string, usual: number): number =>
  Number(process.env[`REPRISE_CHAOS_${name}`] ?? usual);

/** The same seed kills the same in the same order. */
const seed = variable('SEED', randomInt(2 ** 31));
/** The share of the load, for machines that bear less: `npm test` runs this file alone. */
const share = variable('SHARE', 1);
/** Whether every pair is killed, once, rather than one at a time in so many rounds. */
const isOfPairs = variable('PAIRS', 0) === 1;
const rounds = variable('ROUNDS', 12);
/** What is killed, where it is not everything: `worker,mongo`. */
const targets = targetsOf(process.env['REPRISE_CHAOS_TARGETS'] ?? '');

const eventsPerSecond = 500 * share;
const requestsPerSecond = 100 * share;
/** `scripts/chaos` asks for 15 s; on a machine that is no longer quiet a server's own start takes as long. */
const recoveredMsMax = variable('RECOVERED_MS_MAX', 30_000);
const answeredShareMin = variable('ANSWERED_SHARE_MIN', 0.999);
const calmMs = 2_000;
/** How long the whole journal may take to be told: hundreds of thousands of events, each opened from its seal. */
const exportMsMax = 180_000;

const stack = await useOwnStack('kafka', 'mongo', 'redis', 'temporal');

describe('a cluster whose parts are killed under load', () => {
  const random = new SeededRandom(seed);
  let cluster: Cluster;
  let client: ClusterClient;
  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: 4 },
      processes: { api: 2, worker: 2 },
      env: { REPRISE_CHECKPOINT_EVENTS_MAX: '20000', REPRISE_CHECKPOINT_MS_MAX: '10000' },
    });
    client = new ClusterClient(cluster.ofKind('api').map(({ url }) => url));
  });
  after(() => cluster.close());

  it('loses nothing, doubles nothing, and answers on', (t) =>
    cluster.watch(async () => {
      t.diagnostic(`REPRISE_CHAOS_SEED=${String(seed)}, ${String(eventsPerSecond)} events/s`);
      const load = new Load({ client, eventsPerSecond, requestsPerSecond });
      const slow: string[] = [];
      try {
        // The first answers come when the first events are there.
        await recovered(cluster);
        const kills = isOfPairs ? pairs(targets) : singles(targets, random, rounds);
        for (const kill of kills) {
          await sleep(calmMs);
          const told = await killed(load, kill);
          t.diagnostic(told.what);
          if (told.ms > recoveredMsMax) slow.push(told.what);
        }
        await sleep(calmMs);
      } finally {
        await load.end();
      }
      const { asked, answered, stale, postsAgain, acknowledged, said } = load;
      t.diagnostic(
        `${String(acknowledged.size)} events taken, ${String(postsAgain)} posts sent again; ` +
          `${String(answered)} of ${String(asked)} requests answered, ${String(stale)} of them stale`,
      );
      await recovered(cluster);
      await assertWhole(acknowledged);
      const verified = await client.json('POST', '/v1/verifications', {});
      assert.equal(verified['equal'], true, JSON.stringify(verified));
      assert.ok(answered >= answeredShareMin * asked, `not answered: ${said.join('\n')}`);
      assert.deepEqual(slow, [], 'recovered too late');
    }));

  async function killed(
    load: Load,
    kill: readonly Target[],
  ): Promise<{ readonly what: string; readonly ms: number }> {
    const missedBefore = load.asked - load.answered;
    const time = new Date().toISOString().slice(11, 23);
    await killAndStart({ cluster, stack, random }, kill);
    const ms = await recovered(cluster);
    const missed = Math.max(0, load.asked - load.answered - missedBefore);
    await whole(cluster);
    const what = `${time} ${kill.join(' and ')}: recovered in ${String(Math.round(ms))} ms, ${String(missed)} requests under way or missed`;
    return { what, ms };
  }

  /** Every event that was taken stands in the journal once. */
  async function assertWhole(acknowledged: ReadonlySet<string>): Promise<void> {
    const { text } = await client.call(
      'GET',
      '/v1/events/export',
      undefined,
      undefined,
      exportMsMax,
    );
    const counts = new Map<string, number>();
    for (const line of text.trim().split('\n')) {
      const event = JSON.parse(line) as ExportedEvent;
      if ('id' in event) counts.set(event.id, (counts.get(event.id) ?? 0) + 1);
    }
    const lost = [...acknowledged].filter((id) => !counts.has(id));
    const doubled = [...counts].filter(([, count]) => count > 1).map(([id]) => id);
    assert.deepEqual({ lost, doubled }, { lost: [], doubled: [] });
  }
});

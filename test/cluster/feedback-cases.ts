import assert from 'node:assert/strict';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyDigest } from '../../api/key-ring.ts';
import { writeApiKeys } from '../../processes/access/api-keys-file.ts';
import type { Json } from '../e2e/server.ts';
import type { ClusterClient } from './client.ts';
import type { Cluster } from './cluster.ts';
import { Member } from './member.ts';

/** How long what an API follows may take on a machine that is busy: many times its bounds. */
const followedMsMax = 60_000;

/** Two APIs of a cluster that has learned made events, and the cluster; they are there when a case runs. */
export interface FeedbackWorld {
  readonly cluster: Cluster;
  readonly one: ClusterClient;
  readonly other: ClusterClient;
}

/** Asks again until something holds; it fails with what was told last. */
async function until<T>(ask: () => Promise<T>, holds: (told: T) => boolean): Promise<T> {
  const endMs = performance.now() + followedMsMax;
  for (;;) {
    const told = await ask();
    if (holds(told)) return told;
    assert.ok(performance.now() < endMs, JSON.stringify(told));
    await sleep(50);
  }
}

/** Registers what the APIs of a cluster have to share of what people define. */
export function definitionCases(worldOf: () => FeedbackWorld): void {
  it('obeys a scenario of one API in the answers of another', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      const path = '/v1/scenarios/picked';
      const set = await one.json('PUT', path, { pinned: ['even-3'], blocked: ['even-4'] });
      await until(
        async () => (await other.get(path)).json,
        (told) => JSON.stringify(told) === JSON.stringify(set),
      );
      const asked = '/v1/users/user-2/recommendations?n=60&exclude=none&scenario=picked';
      const { items } = (await other.json('GET', asked)) as unknown as {
        readonly items: readonly { readonly id: string; readonly pinned?: boolean }[];
      };
      assert.deepEqual([items[0]?.id, items[0]?.pinned], ['even-3', true]);
      assert.ok(items.every(({ id }) => id !== 'even-4'));
      assert.equal((await other.call('DELETE', path)).status, 200);
      await until(
        () => one.get(path),
        ({ status }) => status === 404,
      );
      const refused = await one.get(asked);
      assert.equal(refused.status, 422, refused.text);
    });
  });

  it('keeps every scenario that its APIs are given at once, and knows them after a restart', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      const names = Array.from({ length: 8 }, (_, n) => `at-once-${String(n)}`);
      await Promise.all(
        names.map((name, n) =>
          (n % 2 === 0 ? one : other).json('PUT', `/v1/scenarios/${name}`, { diversity: 1 }),
        ),
      );
      const listed = async (): Promise<readonly unknown[]> => {
        const { scenarios } = await one.json('GET', '/v1/scenarios');
        return (scenarios as readonly Json[]).map(({ scenario }) => scenario);
      };
      await until(listed, (told) => JSON.stringify(told) === JSON.stringify(names));
      const member = cluster.member('api-0');
      await member.kill();
      await member.start();
      await member.ready();
      assert.deepEqual(await listed(), names);
    });
  });
}

/** Registers what the APIs of a cluster have to count together. */
export function countingCases(worldOf: () => FeedbackWorld): void {
  /** The figures of answers that obey no scenario. */
  async function row(api: ClusterClient): Promise<Json> {
    const { rows, complete } = await api.json('GET', '/v1/metrics/click-through');
    const counted = (rows as readonly Json[]).find(({ scenario }) => scenario === 'counted');
    return complete === true ? (counted ?? {}) : {};
  }

  const click = (n: number, recommendationId: unknown, user = n): Json => ({
    ...{ id: `click-${String(n)}`, type: 'play', user: `user-${String(user)}`, item: 'even-3' },
    recommendationId,
  });

  it('counts what every API answered, and each click on it once, over kills of either', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      await one.json('PUT', '/v1/scenarios/counted', { diversity: 0.1 });
      await until(
        () => other.get('/v1/scenarios/counted'),
        ({ status }) => status === 200,
      );
      const ids: unknown[] = [];
      for (let n = 0; n < 6; n += 1) {
        const path = `/v1/users/user-${String(n)}/recommendations?n=3&scenario=counted`;
        const { recommendationId } = await (n % 2 === 0 ? one : other).json('GET', path);
        ids.push(recommendationId);
      }
      // Each click is sent twice, to either API, and one answer is dismissed.
      for (const [n, id] of ids.slice(0, 4).entries()) {
        const events = n === 3 ? { ...click(n, id), type: 'skip' } : click(n, id);
        for (const api of [one, other]) await api.json('POST', '/v1/events', events);
      }
      const wanted = { impressions: 6, clicked: 3, clicks: 3, dismissals: 1, rate: 0.5 };
      const counted = await until(
        () => row(one),
        ({ impressions, clicks }) => impressions === 6 && clicks === 3,
      );
      assert.deepEqual({ ...counted, ...wanted }, counted);
      await until(
        () => row(other),
        (told) => JSON.stringify(told) === JSON.stringify(counted),
      );
      await cluster.member('api-0').kill();
      await other.json('POST', '/v1/events', click(4, ids[4]));
      const later = await until(
        () => row(other),
        ({ clicks }) => clicks === 4,
      );
      assert.deepEqual([later['impressions'], later['clicked']], [6, 4]);
      await cluster.member('api-0').start();
      await cluster.member('api-0').ready();
      await until(
        () => row(one),
        (told) => JSON.stringify(told) === JSON.stringify(later),
      );
    });
  });

  it('answers by one arm from every API, and compares the arms over all of them', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      const path = '/v1/experiments/front';
      const arms = ['plain', 'bold'].map((name) => ({ name, share: 0.5 }));
      await one.json('PUT', path, { arms });
      await until(
        () => other.get(path),
        ({ status }) => status === 200,
      );
      for (let n = 0; n < 12; n += 1) {
        const asked = `/v1/users/user-${String(n)}/recommendations?n=3&experiment=front`;
        const [first, second] = [await one.json('GET', asked), await other.json('GET', asked)];
        assert.deepEqual(first['experiment'], second['experiment']);
        const lineage = await other.json(
          'GET',
          `/v1/recommendations/${String(first['recommendationId'])}`,
        );
        assert.deepEqual(lineage['experiment'], first['experiment']);
        if ((first['experiment'] as Json)['arm'] !== 'bold') continue;
        await other.json('POST', '/v1/events', click(100 + n, first['recommendationId'], n));
      }
      const sumOf = (figures: Json, field: string): number =>
        (figures['arms'] as readonly Json[]).reduce((sum, arm) => sum + Number(arm[field]), 0);
      const figures = await until(
        () => one.json('GET', path),
        (told) => sumOf(told, 'answers') === 24 && sumOf(told, 'clicked') > 0,
      );
      const [plain, bold] = figures['arms'] as readonly Json[];
      assert.deepEqual([sumOf(figures, 'users'), plain?.['clicked']], [12, 0]);
      assert.equal(bold?.['clicked'], bold?.['users']);
      assert.deepEqual(await other.json('GET', path), figures);
      assert.deepEqual(await other.json('DELETE', path), figures);
      await until(
        () => one.get(path),
        ({ status }) => status === 404,
      );
    });
  });

  it('answers a session, from each API the same', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      const events = ['even-3', 'even-5'].map((item) => ({ type: 'play', item }));
      const answered = (api: ClusterClient): Promise<Json> =>
        until(
          () => api.post('/v1/sessions/recommendations', { events, n: 5 }),
          ({ status }) => status === 200,
        ).then(({ json }) => json);
      const [first, second] = [await answered(one), await answered(other)];
      assert.equal((first['items'] as readonly unknown[]).length, 5);
      assert.deepEqual(second['items'], first['items']);
    });
  });
}

/** Registers what the APIs of a cluster allow together. */
export function quotaCases(worldOf: () => FeedbackWorld): void {
  it('lets a key in as often a day as its quota says, over all APIs and their restarts', () => {
    const { cluster } = worldOf();
    return cluster.watch(async () => {
      const secret = 'a-key-of-the-quota-case';
      const keys = join(cluster.folder, 'quota-keys.json');
      const sha256 = keyDigest(secret);
      await writeApiKeys(keys, [{ name: 'shop', scope: 'read', sha256, requestsPerDayMax: 3 }]);
      const statuses = async (name: string, count: number): Promise<readonly number[]> => {
        const env = { ...cluster.env, REPRISE_KEYS_FILE: keys };
        const member = new Member({ name, kind: 'api', folder: cluster.folder, env });
        await member.start();
        try {
          await member.ready();
          const asked: number[] = [];
          for (let n = 0; n < count; n += 1) {
            const headers = { 'x-api-key': secret };
            asked.push((await fetch(`${member.url}/v1/models`, { headers })).status);
          }
          return asked;
        } finally {
          await member.end();
        }
      };
      assert.deepEqual(await statuses('api-keyed-0', 2), [200, 200]);
      assert.deepEqual(await statuses('api-keyed-1', 3), [200, 429, 429]);
    });
  });
}

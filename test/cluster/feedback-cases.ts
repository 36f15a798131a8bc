import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFINITIONS_MS_MAX } from '../../processes/cluster/definitions.ts';
import type { Json } from '../e2e/server.ts';
import type { ClusterClient } from './client.ts';
import type { Cluster } from './cluster.ts';

/** How long what an API follows may take on a machine that is busy: some times its bound. */
const followedMsMax = 10 * DEFINITIONS_MS_MAX;

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

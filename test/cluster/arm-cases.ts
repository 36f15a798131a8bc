import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedis } from '../../processes/cluster/servers/redis-link.ts';
import { readClusterConfig } from '../../processes/config/cluster.ts';
import type { Json } from '../e2e/server.ts';
import type { ClusterClient } from './client.ts';
import type { Cluster } from './cluster.ts';

/** How long something that comes by itself may take on a machine that is busy. */
const comesMsMax = 120_000;

const USERS = 12;
const PATH = '/v1/experiments/by-version';

/** Two APIs and one worker of a cluster that has learned made events by vectors; they are there when a case runs. */
export interface ArmWorld {
  readonly cluster: Cluster;
  readonly one: ClusterClient;
  readonly other: ClusterClient;
}

interface Answer {
  readonly recommendationId: string;
  readonly model: string;
  readonly position: readonly string[];
  readonly items: readonly { readonly id: string }[];
  readonly experiment: { readonly arm: string; readonly uncounted?: string };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + comesMsMax;
  while (!(await holds())) {
    assert.ok(performance.now() < endMs, `${what}: not within ${String(comesMsMax)} ms`);
    await sleep(100);
  }
}

/** Registers what arms by model version have to do in a cluster. */
export function armCases(worldOf: () => ArmWorld): void {
  let live = '';
  let version = '';
  /** Answers that did not say that they are counted to no arm. */
  let counted = 0;

  async function recommend(api: ClusterClient, user: string, more = ''): Promise<Answer> {
    const path = `/v1/users/${user}/recommendations?n=5&experiment=by-version${more}`;
    const answer = (await api.json('GET', path)) as unknown as Answer;
    if (answer.experiment.uncounted === undefined) counted += 1;
    return answer;
  }

  const versionOf = (arm: string): string => (arm === 'new' ? version : live);

  /** Asks every API for every user until their answers are counted; they are by their versions then. */
  async function served(): Promise<void> {
    const { one, other } = worldOf();
    for (const api of [one, other]) {
      for (let user = 0; user < USERS; user += 1) {
        await until(`user-${String(user)} is answered by the arm`, async () => {
          const { model, experiment } = await recommend(api, `user-${String(user)}`);
          if (experiment.uncounted !== undefined) return false;
          assert.equal(model, versionOf(experiment.arm));
          return true;
        });
      }
    }
  }

  async function proven(api: ClusterClient, id: string): Promise<Json> {
    const path = `/v1/recommendations/${id}/verify`;
    let proof = await api.json('GET', path);
    for (; proof['equal'] === undefined; proof = await api.json('GET', path)) await sleep(100);
    return proof;
  }

  async function heldStreams(): Promise<readonly string[]> {
    const redis = openRedis(readClusterConfig(worldOf().cluster.env, 'api'));
    try {
      const keys = await redis.run((commands) => commands.keys(`${redis.prefix}deltas:*`));
      return keys.filter((key) => key.includes('held'));
    } finally {
      await redis.close();
    }
  }

  it('answers arms of versions by what workers hold, from every API, and proves it', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      live = String((await one.json('GET', '/v1/models'))['live']);
      const arms = [
        { name: 'old', share: 0.5 },
        { name: 'new', share: 0.5, version: 'v99' },
      ];
      const refused = await one.call('PUT', PATH, JSON.stringify({ arms }), 'application/json');
      assert.equal(refused.status, 422, refused.text);
      assert.match(refused.text, /no model version that is known here/);
      assert.deepEqual(await heldStreams(), []);
      const body = { settings: { learningRate: 1e-4 } };
      const { workflowId } = await one.json('POST', '/v1/backfills', body);
      const run = await one.ended(`/v1/backfills/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      version = String((run['result'] as Json)['version']);
      const wish = { arms: [arms[0], { ...arms[1], version }] };
      const begun = await one.json('PUT', PATH, wish);
      assert.deepEqual(
        (begun['arms'] as readonly Json[]).map((arm) => arm['version']),
        [live, version],
      );
      await until('both APIs know it', async () => (await other.get(PATH)).status === 200);
      await served();
      for (let n = 0; n < 6; n += 1) {
        const user = `armed-${String(n)}`;
        const event = { id: `armed-${String(n)}`, type: 'play', user, item: `even-${String(n)}` };
        const { positions } = await one.json('POST', '/v1/events', event);
        const [at = ''] = positions as readonly string[];
        const answer = await recommend(other, user, `&exclude=seen&after=${at}`);
        assert.equal(answer.experiment.uncounted, undefined);
        assert.equal(answer.model, versionOf(answer.experiment.arm));
        const own = answer.position.find((place) => place.startsWith(at.slice(0, 2))) ?? '';
        assert.ok(Number(own.slice(2)) >= Number(at.slice(2)), `${own} is past ${at}`);
        assert.ok(answer.items.every(({ id }) => id !== event.item));
        // The id names the version: any API makes the answer again by it.
        const proof = await proven(one, answer.recommendationId);
        assert.equal(proof['equal'], true, JSON.stringify(proof));
      }
    });
  });

  it('answers arms through a promotion and back, by the same versions', () => {
    const { cluster, one } = worldOf();
    return cluster.watch(async () => {
      await one.json('POST', `/v1/models/${version}/promote`, {});
      await served();
      await one.json('POST', `/v1/models/${version}/rollback`, {});
      await served();
    });
  });

  it('answers by live, and counts nothing to any arm, while no worker holds the version', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      await cluster.member('worker-0').kill();
      for (const api of [one, other]) {
        await until('live answers for the arm', async () => {
          const { experiment } = await recommend(api, 'user-1');
          return experiment.uncounted !== undefined;
        });
        for (let user = 0; user < USERS; user += 1) {
          const { model, experiment } = await recommend(api, `user-${String(user)}`);
          assert.equal(model, live);
          assert.match(experiment.uncounted ?? '', /is not held beside the live one/);
        }
      }
      await cluster.member('worker-0').start();
      await cluster.member('worker-0').ready();
      await served();
      await until('every answer that was told to be counted is, and no other', async () => {
        const { arms } = await other.json('GET', PATH);
        const told = (arms as readonly { readonly answers: number }[]).map(
          ({ answers }) => answers,
        );
        return told.reduce((sum, answers) => sum + answers, 0) === counted;
      });
    });
  });

  it('deletes the streams of a version when its experiment ends', () => {
    const { cluster, one, other } = worldOf();
    return cluster.watch(async () => {
      assert.ok((await heldStreams()).length > 0);
      assert.equal((await other.call('DELETE', PATH)).status, 200);
      await until('no stream is left', async () => (await heldStreams()).length === 0);
      const events = [{ id: 'after-the-end', type: 'play', user: 'user-1', item: 'even-2' }];
      const places = (await one.json('POST', '/v1/events', events))['positions'];
      await one.stand(places as readonly string[]);
      assert.deepEqual(await heldStreams(), []);
    });
  });
}

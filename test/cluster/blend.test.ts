import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { madeEvents } from '../e2e/made-events.ts';
import { useStack } from '../services/stack.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

const UNTIL_MS_MAX = 120_000;
const EVENTS = 1_500;
const LOT = 250;

describe('a cluster whose partitions learn by the blend', () => {
  let cluster: Cluster;
  let apis: readonly ClusterClient[];
  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: 2 },
      processes: { api: 2, trainer: 0, indexer: 0 },
      env: { REPRISE_LEARNER: 'blend', REPRISE_CHECKPOINT_MS_MAX: '2000' },
    });
    apis = cluster.ofKind('api').map(({ url }) => new ClusterClient([url]));
  });
  after(() => cluster.close());

  /** What each API answers a user at the same position; asked again while barriers come between. */
  async function answersTo(user: string): Promise<readonly string[]> {
    const endMs = performance.now() + UNTIL_MS_MAX;
    const path = `/v1/users/${user}/recommendations?n=10`;
    for (;;) {
      const answers = [];
      for (const api of apis) answers.push(await api.get(path));
      const told = answers.map(({ json }) => JSON.stringify(json['position']));
      const isAlike = answers.every(({ status }) => status === 200) && told[0] === told[1];
      if (isAlike && answers.every(({ json }) => json['basedOn'] === 'user')) {
        return answers.map(({ json }) => JSON.stringify(json['items']));
      }
      assert.ok(
        performance.now() < endMs,
        `${user}: ${answers.map(({ text }) => text).join('; ')}`,
      );
      await sleep(200);
    }
  }

  it('answers alike from each of its APIs, across barriers', () =>
    cluster.watch(async () => {
      const [first] = apis;
      assert.ok(first);
      let places: readonly string[] = [];
      for (let from = 0; from < EVENTS; from += LOT) {
        places = await first.postAll(madeEvents(from, from + LOT));
      }
      const { positions } = await first.stand(places);
      assert.equal(positions.length, 2);
      for (let user = 0; user < 20; user += 1) {
        const [one, other] = await answersTo(`user-${String(user)}`);
        assert.equal(one, other);
      }
    }));

  it('verifies: what is served is what a clean replay gives', () =>
    cluster.watch(async () => {
      const [first] = apis;
      assert.ok(first);
      const status = await first.json('GET', '/v1/status');
      assert.equal((status['model'] as { learner: string }).learner, 'blend');
      const verified = await first.json('POST', '/v1/verifications', {});
      assert.equal(verified['equal'], true, JSON.stringify(verified));
    }));
});

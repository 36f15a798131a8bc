import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
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

  /** Waits until each API answers by a version. */
  async function answerBy(version: string): Promise<void> {
    const endMs = performance.now() + UNTIL_MS_MAX;
    for (let user = 0; user < 10;) {
      const path = `/v1/users/user-${String(user)}/recommendations`;
      const answers = await Promise.all(apis.map((api) => api.get(path)));
      for (const { status, text } of answers) assert.equal(status, 200, text);
      if (answers.every(({ json }) => json['model'] === version)) user += 1;
      else await sleep(50);
      assert.ok(performance.now() < endMs, `not all answer by ${version}`);
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

  it('switches to a version and back in each of its APIs, one of which starts meanwhile', () =>
    cluster.watch(async () => {
      const [first] = apis;
      assert.ok(first);
      const { live: before } = await first.json('GET', '/v1/models');
      const { workflowId } = await first.json('POST', '/v1/backfills', {
        settings: { learningRate: 0.02 },
      });
      const run = await first.ended(`/v1/backfills/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      const { version } = run['result'] as { readonly version: string };
      await first.json('POST', `/v1/models/${version}/promote`, {});
      await answerBy(version);
      for (const { name, log } of cluster.ofKind('api')) {
        const said = await readFile(log, 'utf8');
        assert.ok(!said.includes(`version ${version} was promoted`), `${name} took what was kept`);
      }
      const verified = await first.json('POST', '/v1/verifications', {});
      assert.deepEqual([verified['equal'], verified['version']], [true, version]);
      const other = cluster.member('api-1');
      await other.kill();
      await other.start();
      await first.json('POST', `/v1/models/${version}/rollback`, {});
      await other.ready();
      await answerBy(String(before));
      for (let user = 0; user < 10; user += 1) {
        const [one, another] = await answersTo(`user-${String(user)}`);
        assert.equal(one, another);
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

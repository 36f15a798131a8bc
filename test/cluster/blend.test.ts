import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { madeEvents } from '../e2e/made-events.ts';
import type { SentEvent } from '../e2e/server.ts';
import { collectTraces } from '../processes/observe/collector.ts';
import type { Collector } from '../processes/observe/collector.ts';
import { useStack } from '../services/stack.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { tracesOf } from './traces-of.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

const UNTIL_MS_MAX = 120_000;
const EVENTS = 1_500;
const LOT = 250;
const TENANT_EVENTS = 40;
/** Where this file is run again over the same servers, what the run before left is another's. */
const RUN = randomBytes(4).toString('hex');

/** Plays of one tenant: ids of events and users are those of all tenants, items its own. */
function ofTenant(name: string): readonly SentEvent[] {
  return madeEvents(0, TENANT_EVENTS, 'tenant').map((event, n) => {
    return { ...event, item: `only-${String(n)}-of-the-${name}-${RUN}` };
  });
}

describe('a cluster whose partitions learn by the blend', () => {
  let cluster: Cluster;
  let apis: readonly ClusterClient[];
  let collector: Collector;
  before(async () => {
    collector = await collectTraces();
    cluster = await startCluster({
      ...{ stack, partitions: 2 },
      processes: { api: 2, trainer: 0, indexer: 0 },
      env: {
        ...{ REPRISE_LEARNER: 'blend', REPRISE_CHECKPOINT_MS_MAX: '2000' },
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        // What a caller does not keep is not kept here: the load of this test among it.
        OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      },
    });
    apis = cluster.ofKind('api').map(({ url }) => new ClusterClient([url]));
  });
  after(async () => {
    await cluster.close();
    collector.close();
  });

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

  /** Posts an event as part of a trace that its caller keeps, or does not. */
  async function postTraced(id: string, trace: string, flags: '00' | '01'): Promise<string> {
    const answer = await fetch(`${cluster.url}/v1/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${trace}-${'c'.repeat(16)}-${flags}`,
      },
      body: JSON.stringify({ id, type: 'play', user: 'a-traced-user', item: 'a-traced-item' }),
    });
    assert.equal(answer.status, 202);
    const { positions } = (await answer.json()) as { readonly positions: readonly string[] };
    return positions[0] ?? assert.fail('the ingest did not acknowledge in time');
  }

  it('follows a request whose trace is kept through every process, and no other', () =>
    cluster.watch(async () => {
      assert.deepEqual(collector.spans, [], 'nothing of what was posted until now is kept');
      const kept = 'a'.repeat(32);
      await postTraced('unkept', 'b'.repeat(32), '00');
      const position = await postTraced('kept', kept, '01');
      const parts = [
        ['POST /v1/events', 'reprise-api', undefined],
        ['append', 'reprise-api', 'POST /v1/events'],
        ['journal append', 'reprise-ingest', 'append'],
        ['actors learn', 'reprise-worker', 'journal append'],
        ['projections apply', 'reprise-api', 'append'],
      ] as const;
      const ids = new Map<string, string>();
      for (const [name, service, parent] of parts) {
        const span = await collector.span(name, kept);
        ids.set(name, span.spanId);
        assert.equal(span.service, service, name);
        const parentId = parent === undefined ? 'c'.repeat(16) : ids.get(parent);
        assert.equal(span.parentSpanId, parentId, name);
        if (name === 'append') continue;
        assert.equal(span.facts['reprise.position'], position, name);
        if (parent === undefined) continue;
        assert.equal(String(span.facts['reprise.partition']), position.split(':')[0], name);
      }
      assert.deepEqual(
        collector.spans.map(({ traceId, name }) => [traceId, name]).sort(),
        parts.map(([name]) => [kept, name]).sort(),
      );
      assert.doesNotMatch(JSON.stringify(collector.spans), /a-traced/);
    }));

  it('shares its servers with a cluster of other names, and nothing crosses', () =>
    cluster.watch(async () => {
      const [first] = apis;
      assert.ok(first);
      await first.stand(await first.postAll(ofTenant('first')));
      await first.json('PUT', '/v1/scenarios/first', { blocked: ['an-item'] });
      const other = await startCluster({
        ...{ stack, partitions: 1 },
        processes: { trainer: 0, indexer: 0 },
      });
      try {
        const second = new ClusterClient([other.url]);
        assert.deepEqual((await second.json('GET', '/v1/scenarios'))['scenarios'], []);
        // By the same ids of events and users: here they are new, and so is a version of the same name.
        const sent = await second.json('POST', '/v1/events', ofTenant('second'));
        assert.deepEqual([sent['accepted'], sent['duplicates']], [TENANT_EVENTS, 0]);
        const positions = [...(sent['positions'] as string[]), ...(sent['pending'] as string[])];
        await second.stand(positions);
        const tenants = [
          { of: 'first', at: cluster, elsewhere: other },
          { of: 'second', at: other, elsewhere: cluster },
        ];
        for (const { of, at, elsewhere } of tenants) {
          const items = ofTenant(of).map(({ item }) => item);
          const database = at.env['REPRISE_MONGO_DATABASE'] ?? '';
          assert.ok((await tracesOf(at, items)).includes(`${database}.blocks`), 'they are found');
          const found = await tracesOf(elsewhere, items);
          // Every key of the server was looked through: those of the tenant itself may hold them.
          const crossed = found.filter((place) => !place.startsWith(`${database}:`));
          assert.deepEqual(crossed, [], `what is of the ${of} is of nobody else`);
        }
      } finally {
        await other.close();
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

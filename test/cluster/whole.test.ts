import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readNativeParts } from '../../processes/core/native-parts.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import type { Json, SentEvent } from '../e2e/server.ts';
import { useStack } from '../services/stack.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { postInOrder } from './post-in-order.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

/** How long two APIs may take to stand at one place. */
const alikeMsMax = 60_000;

/** Plays of listeners in two camps, each with its half of the tracks. */
function campPlays(count: number): readonly SentEvent[] {
  const random = new SeededRandom(4);
  return Array.from({ length: count }, (_, n) => {
    const user = random.below(60);
    // The square of a draw: few tracks are played by many.
    const item = Math.floor(random.next() ** 2 * 300) * 2 + (user % 2);
    const time = new Date(1_700_000_000_000 + n * 1_000).toISOString();
    return {
      id: `e${String(n)}`,
      type: 'play',
      user: `u${String(user)}`,
      item: `t${String(item)}`,
      time,
    };
  });
}

/**
 * The answer of all the APIs at one position. A barrier may come between two requests, and with it a merge, so that
 * they are asked until they stand at one place: there they have to answer alike.
 */
async function answeredAlike(apis: readonly ClusterClient[], path: string): Promise<Json> {
  const endMs = performance.now() + alikeMsMax;
  for (;;) {
    const [first = {}, ...others] = await Promise.all(apis.map((api) => api.json('GET', path)));
    const places = others.map(({ position }) => JSON.stringify(position));
    if (places.every((place) => place === JSON.stringify(first['position']))) {
      for (const { items } of others) assert.deepEqual(items, first['items'], path);
      return first;
    }
    assert.ok(performance.now() < endMs, `the APIs come to no common place: ${places.join(' ')}`);
    await sleep(50);
  }
}

/** The version of each name. */
async function namesOf(client: ClusterClient): Promise<Json> {
  const { models } = await client.json('GET', '/v1/models');
  const named = (models as readonly Json[]).flatMap(({ version, aliases }) =>
    (aliases as readonly string[]).map((alias) => [alias, version] as const),
  );
  return Object.fromEntries(named.filter(([alias]) => alias !== 'previous'));
}

/** Posts events and asks for answers, from each API in turn, until it is ended. */
class SwitchedLoad {
  readonly failures: string[] = [];
  /** An answer by each version, by its id: the newest. */
  readonly models = new Map<string, string>();
  readonly #apis: readonly ClusterClient[];
  readonly #tookMs: number[] = [];
  #isOver = false;

  constructor(urls: readonly string[]) {
    this.#apis = urls.map((url) => new ClusterClient([url]));
  }

  end(): void {
    this.#isOver = true;
  }

  get said(): string {
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? 0;
    return `${String(sorted.length)} answers, p99 ${p99.toFixed(0)} ms`;
  }

  async run(): Promise<void> {
    await Promise.all(this.#apis.map((api, at) => this.#ask(api, at)));
  }

  async #ask(api: ClusterClient, at: number): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const user = `u${String((7 * n + at) % 60)}`;
      if (n % 4 === 0) {
        const event = {
          id: `load-${String(at)}-${String(n)}`,
          type: 'play',
          user,
          item: `t${String(n % 300)}`,
        };
        const posted = await api.post('/v1/events', event);
        if (posted.status !== 202) this.failures.push(posted.text);
      }
      const startMs = performance.now();
      const { status, json, text } = await api.get(`/v1/users/${user}/recommendations?n=10`);
      this.#tookMs.push(performance.now() - startMs);
      if (status !== 200) this.failures.push(text);
      else this.models.set(String(json['model']), String(json['recommendationId']));
      await sleep(10);
    }
  }
}

describe('a whole cluster', () => {
  let cluster: Cluster;
  let client: ClusterClient;
  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: 2 },
      processes: { api: 2, worker: 2 },
      env: {
        REPRISE_CHECKPOINT_MS_MAX: '2000',
        REPRISE_LEASE_MS_MAX: '5000',
        REPRISE_PREQUENTIAL_SHARE: '1',
      },
    });
    client = new ClusterClient(cluster.ofKind('api').map(({ url }) => url));
    await postInOrder(client, campPlays(5_000));
  });
  after(() => cluster.close());

  async function itemsOf(user: string, query: string): Promise<readonly string[]> {
    const { items } = await client.json('GET', `/v1/users/${user}/recommendations?n=20${query}`);
    return (items as readonly { readonly id: string }[]).map(({ id }) => id);
  }

  it('answers otherwise when an event has come, from each of its APIs', () =>
    cluster.watch(async () => {
      const [first, second] = cluster.ofKind('api').map(({ url }) => new ClusterClient([url]));
      assert.ok(first && second);
      const [top = ''] = await itemsOf('u1', '');
      const event = { id: 'top', type: 'play', user: 'u1', item: top };
      const { positions, pending } = (await first.json('POST', '/v1/events', event)) as {
        readonly positions: readonly string[];
        readonly pending: readonly string[];
      };
      const [place = ''] = [...positions, ...pending];
      const path = `/v1/users/u1/recommendations?n=20&after=${place}`;
      const answer = await answeredAlike([first, second], path);
      const ids = (answer['items'] as readonly { readonly id: string }[]).map(({ id }) => id);
      assert.ok(ids.length > 0 && !ids.includes(top), `${top} was played and is still there`);
    }));

  it('tells from each API how all workers ranked what they learned', () =>
    cluster.watch(async () => {
      const apis = cluster.ofKind('api').map(({ url }) => new ClusterClient([url]));
      const endMs = performance.now() + alikeMsMax;
      for (const api of apis) {
        for (let sampled = 0; sampled < 5_000;) {
          assert.ok(performance.now() < endMs, `${String(sampled)} of 5,000 events are told`);
          const { models } = await api.json('GET', '/v1/metrics/prequential?window=5000');
          const [of] = models as readonly { readonly sampled: number; readonly recall: Json }[];
          sampled = of?.sampled ?? 0;
          if (sampled >= 5_000) assert.ok(Number(of?.recall['10']) > 0, JSON.stringify(of));
          await sleep(100);
        }
      }
    }));

  it('takes the place in the transport for what is pending, as a position', () =>
    cluster.watch(async () => {
      await cluster.member('ingest-0').kill();
      const event = { id: 'late', type: 'play', user: 'u2', item: 'never-met' };
      const { positions, pending } = await client.json('POST', '/v1/events', event);
      assert.deepEqual(positions, []);
      const [place = ''] = pending as readonly string[];
      assert.match(place, /^[01]@\d+$/);
      await cluster.member('ingest-0').start();
      await cluster.member('ingest-0').ready();
      await client.stand([place]);
      const { json, status, text } = await client.get(
        `/v1/users/u2/recommendations?n=100&exclude=none&after=${place}`,
      );
      assert.equal(status, 200, text);
      assert.equal(json['basedOn'], 'user');
    }));

  it('trains a version and promotes it', (t) =>
    cluster.watch(async () => {
      const { unavailable } = readNativeParts().tfjs;
      if (unavailable !== undefined) {
        t.diagnostic(`no training here: ${unavailable}`);
        return;
      }
      const { workflowId } = await client.json('POST', '/v1/training-runs', { epochs: 3, seed: 3 });
      const run = await client.ended(`/v1/training-runs/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      const { promoted, version, why } = run['result'] as Json;
      assert.equal(promoted, true, String(why));
      const { live } = await client.json('GET', '/v1/models');
      assert.equal(live, version);
      assert.ok((await itemsOf('u3', '')).length > 0);
    }));

  it('builds a version by replay, and switches to it and back while all requests are answered', (t) =>
    cluster.watch(async () => {
      const { live: before } = await client.json('GET', '/v1/models');
      const settings = { learningRate: 0.02 };
      const { workflowId } = await client.json('POST', '/v1/backfills', { settings });
      const run = await client.ended(`/v1/backfills/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      const { version } = run['result'] as { readonly version: string };
      assert.deepEqual(await namesOf(client), { live: before, shadow: version });
      const load = new SwitchedLoad(cluster.ofKind('api').map(({ url }) => url));
      const running = load.run();
      const promoted = await client.json('POST', `/v1/models/${version}/promote`, {});
      assert.deepEqual([promoted['version'], promoted['previous']], [version, before]);
      await client.stand(promoted['positions'] as readonly string[]);
      const asked = JSON.stringify({ model: before });
      let answer = await client.call(
        'POST',
        '/v1/verifications',
        asked,
        'application/json',
        alikeMsMax,
      );
      // What a worker has relieved is kept within a second or two.
      while (answer.status === 409) {
        await sleep(250);
        answer = await client.call(
          'POST',
          '/v1/verifications',
          asked,
          'application/json',
          alikeMsMax,
        );
      }
      const held = answer.json;
      assert.deepEqual([held['equal'], held['version']], [true, before], JSON.stringify(held));
      const back = await client.json('POST', `/v1/models/${version}/rollback`, {});
      assert.equal(back['version'], before);
      const full = await client.json('POST', '/v1/verifications', { full: true });
      assert.deepEqual([full['equal'], full['version']], [true, before], JSON.stringify(full));
      load.end();
      await running;
      t.diagnostic(
        `switched in ${String(promoted['switchMs'])} and ${String(back['switchMs'])} ms; ${load.said}`,
      );
      assert.deepEqual(load.failures, []);
      assert.deepEqual([...load.models.keys()].sort(), [String(before), version].sort());
      for (const id of load.models.values()) {
        let proof: Json = {};
        // An answer that is far is travelled to; it is there when it is asked for again.
        while (proof['equal'] === undefined) {
          await sleep(100);
          proof = await client.json('GET', `/v1/recommendations/${id}/verify`);
        }
        assert.equal(proof['equal'], true, JSON.stringify(proof));
      }
      const { models } = await client.json('GET', '/v1/metrics/prequential?window=5000');
      const told = (models as readonly Json[]).map((one) => one['version']);
      assert.ok(told.includes(version), `${version} was scored on the stream: ${told.join(', ')}`);
    }));

  it('builds an index of what is live', (t) =>
    cluster.watch(async () => {
      const { unavailable } = readNativeParts().faiss;
      if (unavailable !== undefined) {
        t.diagnostic(`no index here: ${unavailable}`);
        return;
      }
      const { workflowId } = await client.json('POST', '/v1/index-releases', {});
      const run = await client.ended(`/v1/index-releases/${String(workflowId)}`);
      assert.equal(run['state'], 'completed', JSON.stringify(run));
      const { recall10, version, items } = run['result'] as Json;
      assert.ok((recall10 as number) >= 0.99);
      const { live } = await client.json('GET', '/v1/models');
      assert.equal(version, live);
      assert.ok((items as number) > 0);
    }));

  it('proves by schedule what it serves', () =>
    cluster.watch(async () => {
      await client.json('POST', '/v1/schedules/verify/trigger', {});
      const endMs = performance.now() + alikeMsMax;
      for (let state: unknown = 'running'; state === 'running';) {
        await sleep(250);
        const { schedules } = await client.json('GET', '/v1/schedules');
        const proof = (schedules as readonly Json[]).find(({ name }) => name === 'verify');
        state = (proof?.['lastRun'] as Json | null)?.['state'] ?? 'running';
        assert.ok(state === 'running' || state === 'completed', JSON.stringify(proof));
        assert.ok(performance.now() < endMs, JSON.stringify(proof));
      }
    }));

  it('verifies, and ends in order', () =>
    cluster.watch(async () => {
      const verified = await client.json('POST', '/v1/verifications', {});
      assert.equal(verified['equal'], true, JSON.stringify(verified));
      await Promise.all(cluster.members.map((member) => member.end()));
    }));
});

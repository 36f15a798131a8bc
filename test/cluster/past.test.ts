import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openObjectFolder } from '../../adapters/cluster/objects/object-folder.ts';
import { madeEvents } from '../e2e/made-events.ts';
import type { Json } from '../e2e/server.ts';
import { useStack } from '../services/stack.ts';
import { armCases } from './arm-cases.ts';
import { ClusterClient } from './client.ts';
import { startCluster } from './cluster.ts';
import type { Cluster } from './cluster.ts';
import { countingCases, definitionCases, quotaCases } from './feedback-cases.ts';
import { Member } from './member.ts';

const stack = await useStack('kafka', 'mongo', 'redis', 'temporal');

const BATCHES = 8;
const BATCH_EVENTS = 60;
const USERS = 41;

/** How long something that comes by itself may take on a machine that is busy. */
const untilMsMax = 120_000;

interface Given {
  readonly user: string;
  readonly query: string;
  readonly answer: Json;
}

describe('the past of a cluster', () => {
  let cluster: Cluster;
  /** One API that gives the answers, and another one that has to know them. */
  let one: ClusterClient;
  let other: ClusterClient;
  const given: Given[] = [];

  before(async () => {
    cluster = await startCluster({
      ...{ stack, partitions: 2 },
      processes: { api: 2, indexer: 0 },
      env: { REPRISE_CHECKPOINT_EVENTS_MAX: '100' },
    });
    one = new ClusterClient([cluster.member('api-0').url]);
    other = new ClusterClient([cluster.member('api-1').url]);
    await cluster.watch(async () => {
      for (let batch = 0; batch < BATCHES; batch += 1) {
        const from = batch * BATCH_EVENTS;
        await one.stand(await one.postAll(madeEvents(from, from + BATCH_EVENTS)));
        if (batch === 3) await withdraw('odd-7');
        for (const user of [`user-${String((batch * 5) % USERS)}`, 'stranger']) {
          const query = user === 'stranger' ? 'n=5&item=odd-5' : 'n=8';
          const answer = await one.json('GET', `/v1/users/${user}/recommendations?${query}`);
          given.push({ user, query, answer });
        }
      }
    });
  });

  after(async () => {
    await cluster.close();
  });

  async function withdraw(item: string): Promise<void> {
    const withdrawn = await one.call('DELETE', `/v1/items/${item}`);
    assert.equal(withdrawn.status, 202, withdrawn.text);
    await until('the item is withdrawn', async () => {
      return (await one.get(`/v1/items/${item}`)).status === 404;
    });
  }

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const endMs = performance.now() + untilMsMax;
    while (!(await holds())) {
      assert.ok(performance.now() < endMs, `${what}: not within ${String(untilMsMax)} ms`);
      await sleep(100);
    }
  }

  /** Asks, and asks again while the way there is long. */
  async function told(client: ClusterClient, path: string): Promise<Json> {
    let body: Json = {};
    await until(`${path} is answered`, async () => {
      const { status, json, text } = await client.get(path);
      assert.ok(status === 200 || status === 202, text);
      body = json;
      return status === 200;
    });
    return body;
  }

  const userAnswers = (): readonly Given[] =>
    given.filter(({ answer }) => answer['basedOn'] === 'user');

  it('is answered by another API as it was', () =>
    cluster.watch(async () => {
      assert.ok(userAnswers().length > BATCHES / 2, JSON.stringify(given));
      for (const { user, query, answer } of userAnswers()) {
        const [position = ''] = answer['position'] as readonly string[];
        const path = `/v1/users/${user}/recommendations?${query}&asOf=${position}`;
        assert.deepEqual(await told(other, path), answer);
      }
    }));

  it('proves every answer that was given, and tells where it came from', () =>
    cluster.watch(async () => {
      for (const { user, answer } of given) {
        const path = `/v1/recommendations/${String(answer['recommendationId'])}`;
        const proof = await told(other, `${path}/verify`);
        assert.deepEqual(
          [proof['verdict'], proof['equal'], proof['items']],
          [...['equal', true, answer['items']]],
        );
        const lineage = await told(other, path);
        assert.deepEqual(lineage['position'], answer['position']);
        assert.equal(lineage['user'], user === 'stranger' ? null : user);
        assert.equal((lineage['model'] as Json)['version'], answer['model']);
      }
    }));

  it('is nothing that a forged id or a place beyond the head leads to', () =>
    cluster.watch(async () => {
      const id = String(given.at(-1)?.answer['recommendationId']);
      const forged = `${id.startsWith('B') ? 'C' : 'B'}${id.slice(1)}`;
      const unknown = await other.get(`/v1/recommendations/${forged}`);
      assert.equal(unknown.status, 400, unknown.text);
      const [last] = userAnswers().slice(-1);
      const [position = ''] = (last?.answer['position'] ?? []) as readonly string[];
      const beyond = `${position.split(':')[0] ?? ''}:1000000`;
      const path = `/v1/users/${last?.user ?? ''}/recommendations?asOf=${beyond}`;
      const refused = await other.get(path);
      assert.equal(refused.status, 422, refused.text);
      assert.match(String(refused.json['detail']), /beyond the head/);
    }));

  it('would be another if other things had happened, and nothing is written', () =>
    cluster.watch(async () => {
      const [{ user } = { user: '' }] = userAnswers();
      const heads = async (): Promise<unknown> =>
        ((await one.json('GET', '/v1/status'))['journal'] as Json)['heads'];
      const before = await heads();
      const now = await one.json('GET', `/v1/users/${user}/recommendations?explain=true`);
      const events = now['events'] as readonly { readonly position: string }[];
      assert.ok(events.length > 5, JSON.stringify(now));
      const asked = {
        user,
        remove: events.slice(0, 3).map(({ position }) => position),
        add: [{ type: 'play', item: 'brand-new' }],
      };
      let body: Json = {};
      await until('the what-if is answered', async () => {
        const { status, json, text } = await other.post('/v1/what-if', asked);
        assert.ok(status === 200 || status === 202, text);
        body = json;
        return status === 200;
      });
      const plain = await one.json('GET', `/v1/users/${user}/recommendations`);
      assert.deepEqual((body['before'] as Json)['items'], plain['items']);
      assert.notDeepEqual((body['after'] as Json)['items'], plain['items']);
      assert.deepEqual(await heads(), before);
    }));

  it('comes later where it takes longer than it is waited for', () =>
    cluster.watch(async () => {
      const member = new Member({
        ...{ name: 'api-hasty', kind: 'api', folder: cluster.folder },
        env: { ...cluster.env, REPRISE_TIME_TRAVEL_WAIT_MS_MAX: '1' },
      });
      await member.start();
      try {
        await member.ready();
        const hasty = new ClusterClient([member.url]);
        const [{ user, query, answer } = { user: '', query: '', answer: {} as Json }] =
          userAnswers().slice(-1);
        const [position = ''] = answer['position'] as readonly string[];
        const path = `/v1/users/${user}/recommendations?${query}&asOf=${position}`;
        const first = await hasty.get(path);
        assert.equal(first.status, 202, first.text);
        const travel = await hasty.ended(String(first.json['poll']));
        assert.equal(travel['state'], 'completed', JSON.stringify(travel));
        assert.deepEqual(await told(hasty, path), answer);
      } finally {
        await member.end();
      }
    }));

  it('is given to a user whole, and to nobody who is unknown', () =>
    cluster.watch(async () => {
      const all = madeEvents(0, BATCHES * BATCH_EVENTS).filter(({ user }) => user === 'user-5');
      const { status, text } = await other.get('/v1/users/user-5/export');
      assert.equal(status, 200, text);
      const [learned, ...events] = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Json);
      assert.equal(learned?.['user'], 'user-5');
      assert.equal(learned['events'], all.length);
      assert.deepEqual(
        events.map(({ id, item }) => [id, item]),
        all.map(({ id, item }) => [id, item]),
      );
      assert.equal((await other.get('/v1/users/nobody/export')).status, 404);
    }));

  it('tells who was active last, and what a user did', () =>
    cluster.watch(async () => {
      const { users } = (await other.json('GET', '/v1/users?n=5')) as {
        readonly users: readonly { readonly id: string }[];
      };
      const newest = madeEvents(0, BATCHES * BATCH_EVENTS)
        .slice(-5)
        .reverse();
      assert.deepEqual(
        users.map(({ id }) => id),
        newest.map(({ user }) => user),
      );
      const { events } = (await other.json('GET', '/v1/users/user-5/events?n=3')) as {
        readonly events: readonly { readonly item: string }[];
      };
      const all = madeEvents(0, BATCHES * BATCH_EVENTS).filter(({ user }) => user === 'user-5');
      assert.deepEqual(
        events.map(({ item }) => item),
        all
          .slice(-3)
          .reverse()
          .map(({ item }) => item),
      );
    }));

  it('is told of a user who is erased on no API any more', (t) =>
    cluster.watch(async () => {
      const path = '/v1/users/user-5';
      assert.equal((await one.call('DELETE', '/v1/users/nobody')).status, 404);
      const { status, text, json } = await one.call('DELETE', path);
      assert.equal(status, 202, text);
      assert.equal(json['identitiesDestroyed'], true, text);
      const erasedMs = performance.now();
      for (const api of [one, other]) {
        await until(`${path} is unknown`, async () => (await api.get(path)).status === 404);
        t.diagnostic(`unknown after ${String(Math.round(performance.now() - erasedMs))} ms`);
        assert.equal((await api.get(`${path}/export`)).status, 404);
        assert.deepEqual((await api.json('GET', `${path}/events`))['events'], []);
        assert.equal((await api.call('DELETE', path)).status, 404);
      }
      const { erasures } = await other.json('GET', '/v1/status');
      assert.deepEqual(erasures, [{ erasureId: 'e1', state: 'collecting', users: 1 }]);
      const refused = await other.post('/v1/verifications', {});
      assert.equal(refused.status, 409, refused.text);
    }));

  it('takes who comes back for a new person', () =>
    cluster.watch(async () => {
      const event = { id: 'anew', type: 'play', user: 'user-5', item: 'odd-1' };
      const { positions, pending } = await one.json('POST', '/v1/events', event);
      const [place = ''] = [positions, pending].flat() as readonly string[];
      await other.stand([place]);
      const path = `/v1/users/user-5/recommendations?after=${place}`;
      assert.equal((await told(other, path))['basedOn'], 'user');
      assert.equal((await other.get('/v1/users/user-5')).json['events'], 1);
    }));

  it('is replayed without them when the erasure is done, whoever was killed meanwhile', () =>
    cluster.watch(async () => {
      // Another one joins, and the one that built is gone.
      assert.equal(
        (await other.call('DELETE', '/v1/users/user-6?now=true&purge=true')).status,
        202,
      );
      await cluster.member('trainer-0').kill();
      await cluster.member('trainer-0').start();
      await until('the erasure is done', async () => {
        const { json, text } = await one.get('/v1/erasures/e1');
        assert.equal(json['failure'], undefined, text);
        return json['state'] === 'done';
      });
      const erasure = await other.json('GET', '/v1/erasures/e1');
      assert.deepEqual([erasure['users'], erasure['parent']], [2, 'v1']);
      const { version, purged } = erasure;
      assert.equal(purged, 1);
      const root = join(cluster.folder, 'shared');
      const objects = openObjectFolder({ root, random: randomBytes, clock: Date.now });
      const left = [...(await objects.list('checkpoints/')), ...(await objects.list('merges/'))];
      assert.ok(left.length > 0);
      assert.deepEqual(new Set(left.map(({ name }) => name.split('/')[1])), new Set([version]));
      for (const api of [one, other]) {
        await until('the version is live', async () => {
          return (await api.json('GET', '/v1/models'))['live'] === version;
        });
      }
      const verified = await other.json('POST', '/v1/verifications', {});
      assert.equal(verified['equal'], true, JSON.stringify(verified));
    }));

  definitionCases(() => ({ cluster, one, other }));
  countingCases(() => ({ cluster, one, other }));
  armCases(() => ({ cluster, one, other }));
  quotaCases(() => ({ cluster, one, other }));
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { SeededRandom } from '../doubles/seeded-random.ts';
import { madeEvents } from './made-events.ts';
import type { Json, Server } from './server.ts';
import { createWorld, lastJson } from './world.ts';
import type { World } from './world.ts';

const PAIRS = 30;

interface Given {
  readonly user: string;
  readonly query: string;
  readonly answer: Json;
}

for (const partitions of [1, 2]) {
  describe(`the past of ${String(partitions)} partition(s)`, () => {
    let world: World;
    let server: Server;
    const given: Given[] = [];

    before(async () => {
      world = await createWorld();
      const env = { REPRISE_CHECKPOINT_EVENTS_MAX: '400' };
      server = await world.serve(world.path('data'), { partitions, env });
      const random = new SeededRandom(5);
      for (let batch = 0; batch < 40; batch += 1) {
        await server.postAll(madeEvents(batch * 50, batch * 50 + 50));
        if (batch % 7 === 3) await withdraw(random.below(60));
        for (const user of [`user-${String(random.below(41))}`, 'stranger']) {
          const query = user === 'stranger' ? 'n=5&item=odd-5' : 'n=8';
          const answer = await server.get(`/v1/users/${user}/recommendations?${query}`);
          if (answer.status === 200) given.push({ user, query, answer: answer.json });
        }
      }
      await server.stand();
      await server.interrupt();
      server = await world.serve(world.path('data'), { env });
    });

    after(async () => {
      await server.interrupt();
      await world.close();
    });

    async function withdraw(item: number): Promise<void> {
      const path = `/v1/items/odd-${String(item)}`;
      const answer = await server.call('DELETE', path);
      assert.equal(answer.status, 202, answer.text);
    }

    function some(): readonly Given[] {
      const random = new SeededRandom(9);
      const byUser = given.filter(({ answer }) => answer['basedOn'] === 'user');
      assert.ok(byUser.length > 20);
      return Array.from({ length: PAIRS }, () => byUser[random.below(byUser.length)] as Given);
    }

    test('is answered as it was, after a restart', async () => {
      for (const { user, query, answer } of some()) {
        const [position = ''] = answer['position'] as readonly string[];
        const past = await server.get(
          `/v1/users/${user}/recommendations?${query}&asOf=${position}`,
        );
        assert.equal(past.status, 200, past.text);
        assert.deepEqual(past.json, answer);
      }
    });

    test('proves every answer that was given, and tells where it came from', async () => {
      for (const { user, answer } of given.slice(-24)) {
        const path = `/v1/recommendations/${String(answer['recommendationId'])}`;
        const { status, json, text } = await server.get(`${path}/verify`);
        assert.equal(status, 200, text);
        assert.deepEqual(
          [json['verdict'], json['equal'], json['items']],
          [...['equal', true, answer['items']]],
        );
        const lineage = (await server.get(path)).json;
        assert.deepEqual(lineage['position'], answer['position']);
        assert.equal(lineage['user'], user === 'stranger' ? null : user);
        assert.equal((lineage['model'] as Json)['version'], answer['model']);
      }
    });

    test('is nothing that a forged id leads to', async () => {
      const id = String(given.at(-1)?.answer['recommendationId']);
      const forged = `${id.startsWith('B') ? 'C' : 'B'}${id.slice(1)}`;
      for (const path of [`/v1/recommendations/${forged}`, '/v1/recommendations/AAAA/verify']) {
        const { status, json } = await server.get(path);
        assert.equal(status, 400);
        assert.match(String(json['detail']), /was not made by this instance/);
      }
    });

    test('would be another if other things had happened, and nothing is written', async () => {
      const { user = '' } = some()[0] ?? {};
      const { heads } = (await server.get('/v1/status')).json['journal'] as { heads: string[] };
      const told = await server.get(`/v1/users/${user}/recommendations?explain=true`);
      const events = told.json['events'] as readonly { position: string; item: string }[];
      assert.ok(events.length > 5, told.text);
      const remove = events.slice(0, 3).map(({ position }) => position);
      const body = { user, remove, add: [{ type: 'play', item: 'brand-new' }] };
      const asked = (fields: object) =>
        server.call('POST', '/v1/what-if', JSON.stringify(fields), 'application/json');
      const { status, json, text } = await asked(body);
      assert.equal(status, 200, text);
      const { before, after, difference } = json as Record<string, Json>;
      assert.deepEqual(before?.['items'], (await plain(user))['items']);
      assert.notDeepEqual(after?.['items'], before?.['items']);
      const { entered, left, moved } = difference as Record<string, readonly unknown[]>;
      assert.equal(entered?.length, left?.length);
      assert.ok((entered?.length ?? 0) + (moved?.length ?? 0) > 0, text);
      const others = await server.get('/v1/users/user-2/recommendations?explain=true');
      const [theirs] = others.json['events'] as readonly { position: string }[];
      const refused = await asked({ user, remove: [theirs?.position] });
      assert.equal(refused.status, 422);
      assert.match(refused.text, new RegExp(`remove names ${theirs?.position ?? ''}`));
      const { journal } = (await server.get('/v1/status')).json as Record<string, Json>;
      assert.deepEqual(journal?.['heads'], heads);
    });

    async function plain(user: string): Promise<Json> {
      return (await server.get(`/v1/users/${user}/recommendations`)).json;
    }

    test('is on the command line, too', async () => {
      const last = some().at(-1);
      const [position = ''] = (last?.answer['position'] ?? []) as readonly string[];
      const data = world.path('data');
      const asked = ['recommend', last?.user ?? '', '-n', '8', '--as-of', position];
      assert.deepEqual(await world.json(...asked, '--data', data), last?.answer);
      const id = String(last?.answer['recommendationId']);
      const verified = await world.run(['verify', '--answer', id, '--json', '--data', data]);
      assert.equal(verified.exit, 0, verified.stderr);
      assert.equal(lastJson(verified.stdout)['verdict'], 'equal');
      const beyond = await world.run(['recommend', 'user-1', '--as-of', '9:1', '--data', data]);
      assert.equal(beyond.exit, 2);
      assert.match(beyond.stderr, /asOf names 9:1/);
    });
  });
}

test('an answer that takes longer than it is waited for comes later', async () => {
  const world = await createWorld();
  const env = { REPRISE_TIME_TRAVEL_WAIT_MS_MAX: '1' };
  const server = await world.serve(world.path('data'), { env });
  try {
    await server.postAll(madeEvents(0, 20_000));
    const path = '/v1/users/user-1/recommendations?asOf=0:19000';
    const first = await server.get(path);
    assert.equal(first.status, 202, first.text);
    for (;;) {
      const { status, json } = await server.get(String(first.json['poll']));
      assert.equal(status, 200);
      if (json['state'] === 'completed') break;
      assert.equal(json['state'], 'running');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const asked = ['recommend', 'user-1', '--as-of', '0:19000'];
    const answer = await world.json(...asked, '--data', world.path('data'));
    assert.deepEqual(answer['position'], ['0:19000']);
  } finally {
    await server.interrupt();
    await world.close();
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { madeEvents } from './made-events.ts';
import type { Json, SentEvent, Server } from './server.ts';
import { createWorld } from './world.ts';
import type { Env, World } from './world.ts';

interface Scored {
  readonly id: string;
  readonly score: number;
}

const INSTANCES = [
  { partitions: 1, learner: undefined },
  { partitions: 2, learner: 'gmf' },
  { partitions: 2, learner: 'blend' },
] as const;

for (const { partitions, learner } of INSTANCES) {
  describe(`an event changes the next answer of ${learner ?? 'the default learner'}, on ${String(partitions)} partition(s)`, () => {
    let world: World;
    let server: Server;

    before(async () => {
      world = await createWorld();
      const env: Env = learner === undefined ? {} : { REPRISE_LEARNER: learner };
      server = await world.serve(world.path('data'), { partitions, env });
      await server.postAll(madeEvents(0, 4_000));
      await server.stand();
    });

    after(async () => {
      await server.interrupt();
      await world.close();
    });

    async function recommend(user: string, query = ''): Promise<Json> {
      const answer = await server.get(`/v1/users/${user}/recommendations?n=10${query}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    }

    async function post(event: Omit<SentEvent, 'time'>): Promise<string> {
      const { status, json, text } = await server.post(event);
      assert.equal(status, 202, text);
      const [position] = json['positions'] as readonly string[];
      assert.ok(position !== undefined);
      return position;
    }

    test('the item is gone, and the scores of the others have changed', async () => {
      const before = await recommend('user-1');
      assert.equal(before['basedOn'], 'user');
      const top = itemsOf(before)[0]?.id ?? '';
      const position = await post({ id: 'top', type: 'play', user: 'user-1', item: top });
      const later = await recommend('user-1', `&after=${position}`);
      assert.equal(later['basedOn'], 'user');
      assert.ok(!idsOf(later).includes(top), `${top} was played and is still there`);
      const scores = new Map(itemsOf(before).map(({ id, score }) => [id, score]));
      const kept = itemsOf(later).filter(({ id }) => scores.has(id));
      // A single play may lead the blend elsewhere altogether.
      assert.ok(kept.length >= (learner === 'gmf' ? 5 : 0));
      assert.ok(kept.every(({ id, score }) => scores.get(id) !== score));
      const all = await recommend('user-1', `&after=${position}&exclude=none`);
      assert.ok(itemsOf(all).length >= kept.length);
    });

    test('the same event id has the same position and changes nothing', async () => {
      const event = { id: 'once', type: 'play', user: 'user-2', item: 'even-3' };
      const first = await post(event);
      const { hash } = await server.stand();
      assert.equal(await post(event), first);
      assert.equal(await post({ ...event, item: 'even-4' }), first);
      assert.equal((await server.stand()).hash, hash);
    });

    test('a stranger gets what is popular, then what is like the item at hand, then his own', async () => {
      const user = `stranger-${String(partitions)}`;
      const popular = await recommend(user);
      assert.equal(popular['basedOn'], 'popular');
      assert.equal(itemsOf(popular).length, 10);
      assert.equal((await recommend(user, '&item=odd-5'))['basedOn'], 'item');
      assert.equal((await recommend(user, '&item=never-met'))['basedOn'], 'popular');
      const position = await post({ id: 'first-of-his', type: 'play', user, item: 'odd-7' });
      const own = await recommend(user, `&after=${position}`);
      assert.equal(own['basedOn'], 'user');
      assert.ok(!idsOf(own).includes('odd-7'));
    });

    test('whoever writes reads it back, 200 times, with others writing in between', async () => {
      let others = 0;
      const isOver = { yes: false };
      const noise = (async () => {
        while (!isOver.yes) {
          await server.postAll(madeEvents(others, others + 20, 'noise'));
          others += 20;
        }
      })();
      try {
        for (let i = 0; i < 200; i += 1) {
          const user = `user-${String(i % 41)}`;
          const [item] = idsOf(await recommend(user));
          const wanted = item ?? `fresh-${String(i)}`;
          const position = await post({
            id: `pair-${String(i)}`,
            type: 'play',
            user,
            item: wanted,
          });
          const next = await recommend(user, `&after=${position}`);
          assert.ok(!idsOf(next).includes(wanted), `${wanted} came back to ${user} at ${position}`);
        }
      } finally {
        isOver.yes = true;
        await noise;
      }
      assert.ok(others > 0);
    });

    test('an answer that would have to wait for ever is a 504 after a while', async () => {
      const { status, json, headers } = await server.get(
        '/v1/users/user-1/recommendations?after=0:999999',
      );
      assert.equal(status, 504);
      assert.equal(json['code'], 'TIMEOUT');
      assert.ok(headers.get('retry-after') !== null);
    });
  });
}

function itemsOf(answer: Json): readonly Scored[] {
  return answer['items'] as readonly Scored[];
}

function idsOf(answer: Json): readonly string[] {
  return itemsOf(answer).map(({ id }) => id);
}

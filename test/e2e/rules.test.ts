import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { madeEvents } from './made-events.ts';
import type { Json, Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const INSTANCES = [
  { partitions: 1, learner: 'gmf' },
  { partitions: 2, learner: 'blend' },
] as const;

for (const { partitions, learner } of INSTANCES) {
  describe(`rules over ${learner} on ${String(partitions)} partition(s)`, () => {
    let world: World;
    let server: Server;
    const env = { REPRISE_LEARNER: learner };

    before(async () => {
      world = await createWorld();
      server = await world.serve(world.path('data'), { partitions, env });
      await server.postAll(madeEvents(0, 2_000));
      for (let item = 0; item < 60; item += 1) {
        const genre = item % 3 === 0 ? 'jazz' : 'rock';
        await publish(`even-${String(item)}`, { genre, year: 1960 + item });
      }
      await server.stand();
    });

    after(async () => {
      await server.interrupt();
      await world.close();
    });

    /** Where what was published last stands: answers that are to know it wait for it. */
    let published: readonly string[] = [];

    async function publish(item: string, metadata: object): Promise<void> {
      const path = `/v1/items/${item}`;
      const sent = await server.call('PUT', path, JSON.stringify(metadata), 'application/json');
      assert.equal(sent.status, 202, sent.text);
      published = sent.json['positions'] as readonly string[];
    }

    async function recommend(user: string, parameters: Record<string, string>): Promise<Json> {
      const after = 'asOf' in parameters ? {} : { after: published.join(',') };
      const asked = { n: '10', exclude: 'none', ...after, ...parameters };
      const query = new URLSearchParams(asked).toString();
      const answer = await server.get(`/v1/users/${user}/recommendations?${query}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.json;
    }

    test('a filter that matches three items returns three and says so', async () => {
      const filter = 'item.genre == "jazz" && item.year > 2008';
      for (const user of ['user-2', 'user-3', 'stranger']) {
        const answer = await recommend(user, { filter });
        const three = ['even-51', 'even-54', 'even-57'];
        assert.deepEqual(idsOf(answer).sort(), three, JSON.stringify(answer));
        assert.deepEqual((answer['filter'] as Json)['matching'], 3);
        assert.match(String(answer['note']), /^3 of 10 items: the filter holds for 3/);
      }
    });

    test('an answer under rules is proven later, and tells its rules', async () => {
      const parameters = {
        ...{ filter: 'item.genre == context.genre && user.events > 2', 'context.genre': 'jazz' },
        ...{ boost: 'item.year > 1990 ? 3.0 : 1.0', diversity: '0.3' },
      };
      const answer = await recommend('user-4', parameters);
      assert.ok(idsOf(answer).length > 5);
      // What is published later changes neither the answer of then nor its proof.
      for (const id of idsOf(answer).slice(0, 4)) await publish(id, { genre: 'rock', year: 1960 });
      await server.postAll(madeEvents(2_000, 2_100));
      await server.stand();
      const path = `/v1/recommendations/${String(answer['recommendationId'])}`;
      const proof = await server.get(`${path}/verify`);
      assert.deepEqual(
        [proof.json['verdict'], proof.json['method']],
        ['equal', 'exact'],
        proof.text,
      );
      assert.deepEqual(proof.json['items'], answer['items']);
      const lineage = (await server.get(path)).json;
      assert.deepEqual(lineage['rules'], {
        ...{ filter: parameters.filter, boost: parameters.boost, diversity: 0.3 },
        context: { genre: 'jazz' },
      });
      assert.notDeepEqual(idsOf(await recommend('user-4', parameters)), idsOf(answer));
    });

    test('an answer of the past obeys what was published by then', async () => {
      const filter = 'item.genre == "soul" || item.year == 1961';
      const before = await recommend('user-2', { filter });
      assert.deepEqual(idsOf(before), ['even-1']);
      const own = (before['position'] as readonly string[])[0] ?? '';
      await publish('even-2', { genre: 'soul', year: 1962 });
      await server.stand();
      assert.deepEqual(idsOf(await recommend('user-2', { filter })).sort(), ['even-1', 'even-2']);
      const past = await recommend('user-2', { filter, asOf: own });
      assert.deepEqual(past['items'], before['items']);
    });

    test('a scenario bundles rules under a name, and outlives a restart', async () => {
      const data = ['--data', world.path('data')];
      const set = ['--filter', 'item.year < 1970', '--pin', 'odd-1', '--block', 'even-3'];
      const kept = await world.json('scenarios', 'set', 'early', ...set, ...data);
      assert.deepEqual(kept['definition'], {
        ...{ filter: 'item.year < 1970', pinned: ['odd-1'], blocked: ['even-3'] },
      });
      await server.interrupt();
      server = await world.serve(world.path('data'), { env });
      const answer = await recommend('user-6', { scenario: 'early' });
      const ids = idsOf(answer);
      assert.equal(ids[0], 'odd-1');
      assert.ok(!ids.includes('even-3'));
      assert.ok(ids.length > 5, JSON.stringify(answer));
      await world.json('scenarios', 'remove', 'early', ...data);
      const gone = await server.get('/v1/users/user-6/recommendations?scenario=early');
      assert.equal(gone.status, 422, gone.text);
      // The id holds what the scenario said: its proof needs no scenario.
      const path = `/v1/recommendations/${String(answer['recommendationId'])}/verify`;
      const proof = await server.get(path);
      assert.deepEqual([proof.json['verdict'], proof.json['items']], ['equal', answer['items']]);
    });

    test('what was shown sinks and what is explored is evaluated, provably, after a restart too', async () => {
      const asked = { rotation: '0.9', explore: '1', exploreItems: '20', n: '5' };
      const seen = { rotation: '0.9', n: '20' };
      const exploring = await recommend('user-8', asked);
      const items = exploring['items'] as readonly Json[];
      assert.ok(items.every(({ propensity }) => Number(propensity) > 0));
      const { recommendationId } = exploring;
      const reports = items.map(({ id }) => ({ user: 'user-8', item: id, recommendationId }));
      const impressions = reports.map((report) => ({ ...report, type: 'impression' }));
      const events = JSON.stringify([...impressions, { ...reports[1], type: 'like' }]);
      const sent = await server.call('POST', '/v1/events', events, 'application/json');
      assert.equal(sent.status, 202, sent.text);
      await server.stand();
      await server.interrupt();
      server = await world.serve(world.path('data'), { env });
      const after = await recommend('user-8', seen);
      const plain = await recommend('user-8', { n: '20' });
      // How far one sinks depends on the scores about it; that it loses nine tenths of its own does not.
      const scoreIn = (answer: Json, id: unknown): number => {
        const own = (answer['items'] as readonly Json[]).find((item) => item['id'] === id);
        return own === undefined ? -Infinity : Number(own['score']);
      };
      const shown = items.filter(({ id }, n) => n !== 1 && scoreIn(plain, id) > -Infinity);
      assert.ok(shown.length > 0);
      for (const { id } of shown) assert.ok(scoreIn(after, id) < scoreIn(plain, id), String(id));
      for (const answer of [exploring, after]) {
        const path = `/v1/recommendations/${String(answer['recommendationId'])}/verify`;
        const proof = await server.get(path);
        assert.deepEqual([proof.json['verdict'], proof.json['items']], ['equal', answer['items']]);
      }
      const own = (after['position'] as readonly string[])[0] ?? '';
      const past = await recommend('user-8', { ...seen, asOf: own });
      assert.deepEqual(past['items'], after['items']);
      const told = await world.json('evaluate', 'off-policy', '--data', world.path('data'));
      assert.deepEqual([told['answers'], told['rows'], told['unproven']], [1, 5, 0]);
      assert.equal((told['logged'] as Json)['value'], 0.2);
    });

    test('the command line obeys them, too', async () => {
      const data = ['--data', world.path('data')];
      const asked = ['--filter', 'item.year == context.year', '--context', 'year=2010'];
      const answer = await world.json(
        'recommend',
        'user-2',
        '--exclude',
        'none',
        ...asked,
        ...data,
      );
      assert.deepEqual(idsOf(answer), ['even-50']);
      const wrong = await world.run(['recommend', 'user-2', '--filter', 'item.year >', ...data]);
      assert.equal(wrong.exit, 2, wrong.stderr);
      assert.match(wrong.stderr, /filter is no expression of CEL: .* \(at character 11\)/);
    });
  });
}

function idsOf(answer: Json): string[] {
  return (answer['items'] as readonly { readonly id: string }[]).map(({ id }) => id);
}

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { scenarioBytesMax } from '../../api/schema/scenarios.ts';
import type { ScenarioDefinition } from '../../api/schema/scenarios.ts';
import { textsOf } from '../../projections/rules/asked-rules.ts';
import type { AskedRules } from '../../projections/rules/asked-rules.ts';
import { NOW_MS, startApi } from './harness.ts';
import type { Answer, Api } from './harness.ts';
import { memoryScenarios } from './memory-scenarios.ts';

let api: Api;
before(async () => {
  api = await startApi({
    scenarios: memoryScenarios(),
    clock: () => NOW_MS,
    experiments: {
      ...{ list: () => [], get: () => undefined, put: unasked, remove: unasked },
      assign: (experiment) => ({ scenario: experiment, experiment, arm: 'bold' }),
    },
  });
});
after(() => api.close());

function unasked(): never {
  throw new Error('nobody asks for this');
}

function set(name: string, body: object): Promise<Answer> {
  return api.call('PUT', `/v1/scenarios/${name}`, { body });
}

/** The rules that a request leads to, as text. */
async function textsFor(query: string): Promise<object> {
  api.deps.calls.length = 0;
  const answer = await api.call('GET', `/v1/users/u/recommendations?${query}`);
  assert.equal(answer.status, 200, answer.text);
  const [, asked] = api.deps.calls[0] as [string, { readonly rules?: AskedRules }];
  assert.ok(asked.rules);
  return textsOf(asked.rules);
}

describe('scenarios', () => {
  const evening: ScenarioDefinition = {
    ...{ filter: 'item.year > 1990', boost: 'item.weight', diversity: 0.5 },
    ...{ pinned: ['first'], blocked: ['never'] },
  };

  test('are set, told, listed and removed', async () => {
    assert.equal((await set('evening', evening)).status, 200);
    const one = await api.call('GET', '/v1/scenarios/evening');
    assert.deepEqual(one.json['definition'], evening);
    const all = await api.call('GET', '/v1/scenarios');
    assert.equal((all.json['scenarios'] as readonly unknown[]).length, 1);
    await set('gone', {});
    const removed = await api.call('DELETE', '/v1/scenarios/gone');
    assert.deepEqual(removed.json, { removed: 'gone' });
    assert.equal((await api.call('DELETE', '/v1/scenarios/gone')).status, 404);
    assert.equal((await api.call('GET', '/v1/scenarios/gone')).status, 404);
  });

  test('count the answers that name them, and shape those of an arm that does', async () => {
    await set('evening', evening);
    const asked = async (query: string): Promise<unknown> => {
      const texts = await textsFor(query);
      assert.deepEqual(texts, { scenario: 'evening', ...evening });
      const [, { label }] = api.deps.calls[0] as [string, { readonly label: unknown }];
      return label;
    };
    const plain = { scenario: 'evening', experiment: '', arm: '' };
    assert.deepEqual(await asked('scenario=evening'), plain);
    const ofArm = { scenario: 'evening', experiment: 'evening', arm: 'bold' };
    assert.deepEqual(await asked('experiment=evening'), ofArm);
    const both = '/v1/users/u/recommendations?scenario=evening&experiment=evening';
    const refused = await api.call('GET', both);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /its arm says by which scenario/);
  });

  test('shape the answers that name them, with what the request adds', async () => {
    await set('evening', evening);
    assert.deepEqual(await textsFor('scenario=evening'), { scenario: 'evening', ...evening });
    const filter = encodeURIComponent('item.genre == "jazz" || item.live');
    assert.deepEqual(await textsFor(`scenario=evening&filter=${filter}&boost=2.0&diversity=0`), {
      ...{ scenario: 'evening', pinned: ['first'], blocked: ['never'], boost: '2.0' },
      filter: '(item.year > 1990) && (item.genre == "jazz" || item.live)',
    });
    await set('curious', { explore: 0.1, exploreItems: 20 });
    assert.deepEqual(await textsFor('scenario=curious&explore=0.3'), {
      ...{ scenario: 'curious', explore: 0.3, exploreItems: 20 },
    });
    assert.deepEqual(await textsFor('scenario=curious&explore=0'), { scenario: 'curious' });
    await set('plain', {});
    assert.deepEqual(await textsFor('scenario=plain'), { scenario: 'plain' });
  });

  test('that are not defined are named with those that are', async () => {
    await set('evening', evening);
    const answer = await api.call('GET', '/v1/users/u/recommendations?scenario=morning');
    assert.equal(answer.status, 422, answer.text);
    assert.match(
      String(answer.json['detail']),
      /scenario names morning, which is not defined: there are evening/,
    );
  });

  test('that cannot be obeyed are refused when they are set', async () => {
    const refused = async (body: object, reason: RegExp): Promise<void> => {
      const answer = await set('bad', body);
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, reason);
      assert.equal((await api.call('GET', '/v1/scenarios/bad')).status, 404);
    };
    await refused({ filter: 'item.a ==' }, /the body: filter is no expression of CEL.*character 9/);
    await refused({ boost: 'item.a == 1' }, /boost is of type bool/);
    await refused({ diversity: 2 }, /diversity must be at most 1/);
    await refused({ explore: 2 }, /explore must be at most 1/);
    await refused({ exploreItems: 513 }, /exploreItems must be from 2 to 512/);
    await refused({ pin: ['x'] }, /pin is not known here/);
    await refused({ pinned: [''] }, /pinned\[0\] must not be empty/);
    await refused({ pinned: Array.from({ length: 101 }, () => 'x') }, /100 items at most/);
    const long = Array.from({ length: 20 }, (_, at) => String(at).padEnd(100, 'x'));
    await refused({ blocked: long }, new RegExp(`${String(scenarioBytesMax)} bytes`));
    assert.equal((await set('a%20b', {})).status, 400);
  });

  test('are nowhere in a process that keeps none, which says so', async () => {
    const bare = await startApi({ scenarios: undefined });
    try {
      for (const path of ['/v1/scenarios', '/v1/users/u/recommendations?scenario=x']) {
        const answer = await bare.call('GET', path);
        assert.equal(answer.status, 503, answer.text);
        assert.match(answer.text, /keeps no scenarios: send filter/);
      }
    } finally {
      await bare.close();
    }
  });
});

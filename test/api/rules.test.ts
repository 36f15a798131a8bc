import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { RecommendationQuery } from '../../api/deps.ts';
import type { AskedRules } from '../../projections/rules/asked-rules.ts';
import { exploredItemsDefault } from '../../projections/rules/exploration.ts';
import { expressionCharsMax } from '../../projections/rules/expression.ts';
import { textsOf } from '../../projections/rules/asked-rules.ts';
import { NOW_MS, startApi } from './harness.ts';
import type { Answer, Api } from './harness.ts';

let api: Api;
const given: (AskedRules | undefined)[] = [];

before(async () => {
  // 2026-01-01 is a Thursday.
  api = await startApi({ clock: () => NOW_MS + 5 * 3_600_000 });
  const { queries } = api.deps;
  const asked = { ...queries };
  Object.assign(queries, {
    recommend: (query: RecommendationQuery) => {
      given.push(query.rules);
      return asked.recommend(query);
    },
    popular: (n: number, rules?: AskedRules) => {
      given.push(rules);
      return asked.popular(n);
    },
    similar: (item: string, n: number, rules?: AskedRules) => {
      given.push(rules);
      return asked.similar(item, n);
    },
  });
});
after(() => api.close());

/** Asks with these parameters, and gives the rules that came of them. */
async function rulesOf(
  parameters: Readonly<Record<string, string>>,
  path = '/v1/users/u/recommendations',
): Promise<AskedRules | undefined> {
  given.length = 0;
  const answer = await ask(parameters, path);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(given.length, 1);
  return given[0];
}

function ask(
  parameters: Readonly<Record<string, string>>,
  path = '/v1/users/u/recommendations',
): Promise<Answer> {
  return api.call('GET', `${path}?${new URLSearchParams(parameters).toString()}`);
}

describe('rules of a request', () => {
  test('are none where nothing is asked of them', async () => {
    assert.equal(await rulesOf({ n: '3' }), undefined);
    assert.equal(await rulesOf({ diversity: '0', 'context.device': 'phone' }), undefined);
  });

  test('are read with the moment and what the caller says of it', async () => {
    const filter = 'item.genre == context.genre && context.hour < 12 && context.size > 2.0';
    const rules = await rulesOf({ filter, 'context.genre': 'jazz', 'context[size]': '2.5' });
    assert.deepEqual(rules?.context, { genre: 'jazz', size: 2.5, hour: 5, weekday: 4 });
    assert.equal(rules.filter?.text, filter);
    const overruled = await rulesOf({
      filter,
      'context.hour': '23',
      'context.genre': '',
      'context.size': '1e3',
    });
    assert.deepEqual(overruled?.context, { genre: '', size: '1e3', hour: 23, weekday: 4 });
  });

  test('are told without what was not looked at', async () => {
    const rules = await rulesOf({
      ...{ filter: 'item.a == context.hour', boost: 'item.b', diversity: '0.25' },
      'context.unused': 'x',
    });
    assert.ok(rules);
    assert.deepEqual(textsOf(rules), {
      ...{ filter: 'item.a == context.hour', boost: 'item.b', diversity: 0.25 },
      context: { hour: 5 },
    });
  });

  test('leave to chance what is asked for, of as many items as are named', async () => {
    const rules = await rulesOf({ explore: '0.25' });
    assert.deepEqual(rules?.exploration, { share: 0.25, items: exploredItemsDefault });
    const told = { explore: 0.25, exploreItems: exploredItemsDefault };
    assert.ok(rules);
    assert.deepEqual(textsOf(rules), told);
    const few = await rulesOf({ explore: '1', exploreItems: '7' });
    assert.deepEqual(few?.exploration, { share: 1, items: 7 });
    assert.equal(await rulesOf({ explore: '0', exploreItems: '7' }), undefined);
  });

  test('sink what was shown as far as is asked for', async () => {
    const rules = await rulesOf({ rotation: '0.5' });
    assert.deepEqual(rules && textsOf(rules), { rotation: 0.5, rotationHalfLife: 86_400 });
    const quick = await rulesOf({ rotation: '0.99', rotationHalfLife: '60' });
    assert.deepEqual(quick?.rotation, { strength: 0.99, halfLifeS: 60 });
    assert.equal(await rulesOf({ rotation: '0', rotationHalfLife: '60' }), undefined);
  });

  test('of similar and popular items', async () => {
    const filter = 'item.genre == "jazz"';
    const similar = await rulesOf({ filter }, '/v1/items/song/similar');
    assert.equal(similar?.filter?.text, filter);
    assert.equal((await rulesOf({ filter }, '/v1/items/popular'))?.filter?.text, filter);
  });
});

describe('rules that are not taken', () => {
  async function refused(
    parameters: Readonly<Record<string, string>>,
    reason: RegExp,
    path?: string,
  ): Promise<Answer> {
    const answer = await ask(parameters, path);
    assert.equal(answer.status, 400, answer.text);
    assert.match(String(answer.json['detail']), reason);
    return answer;
  }

  test('what does not parse, with the place', async () => {
    const { json } = await refused(
      { filter: 'item.genre == ' },
      /^the query: filter is no expression of CEL: .* \(at character 14\)$/,
    );
    assert.equal(json['at'], 14);
    assert.equal((json['errors'] as { field: string }[])[0]?.field, 'filter');
  });

  test('what costs too much', async () => {
    await refused({ filter: `item.a == "${'x'.repeat(expressionCharsMax)}"` }, /characters/);
    await refused({ filter: 'item.a.matches("(x+)+y")' }, /does not know matches\(\)/);
    await refused({ boost: `${'('.repeat(200)}1.0${')'.repeat(200)}` }, /Exceeded/);
  });

  test('what is not known, with what is', async () => {
    await refused({ filter: 'user.age > 3' }, /names user.age: there are events, seenItems/);
    await refused(
      { filter: 'context.device == "tv"' },
      /names context.device: there are hour, weekday, and what is sent as context.NAME/,
    );
    await refused({ filter: 'music.genre == ""' }, /does not know music: there are item, user, co/);
    const filter = 'user.events > 3';
    await refused({ filter }, /nothing is known there/, '/v1/items/popular');
  });

  test('parameters out of their range', async () => {
    await refused({ filter: '' }, /filter must not be empty/);
    await refused({ diversity: '1.5' }, /diversity must be at most 1/);
    await refused({ diversity: 'much' }, /diversity must be a number/);
    await refused({ explore: '1.01' }, /explore must be at most 1/);
    await refused({ explore: '-0.1' }, /explore must be at least 0/);
    await refused({ explore: '0.1', exploreItems: '1' }, /exploreItems must be from 2 to 512/);
    await refused({ explore: '0.1', exploreItems: '2.5' }, /exploreItems must be a whole number/);
    await refused({ rotation: '1' }, /rotation must be at most 0.99/);
    await refused({ rotation: '0.1', rotationHalfLife: '59' }, /must be at least 60 seconds/);
    await refused({ rotation: '0.1', rotationHalfLife: '2592001' }, /at most 2592000 seconds/);
    await refused({ rotation: '0.1' }, /rotation is not known here/, '/v1/items/popular');
    await refused({ explore: '0.1' }, /explore is not known here/, '/v1/items/popular');
    await refused({ filter: 'true', 'context.a-b': '1' }, /context/);
    await refused({ filter: 'true', 'context.a': 'x'.repeat(65) }, /context.a must have 64/);
    await refused({ 'other.a': '1' }, /other.a is not known here/);
    const many = Object.fromEntries(
      Array.from({ length: 17 }, (_, at) => [`context.n${String(at)}`, '1']),
    );
    await refused(many, /context must hold 16 values at most/);
    const twice = '/v1/items/popular?context.a=1&context.a=2';
    assert.match((await api.call('GET', twice)).text, /context.a must be given once/);
  });
});

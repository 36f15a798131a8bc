import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { WhatIfQuery } from '../../api/deps.ts';
import { textsOf } from '../../projections/rules/asked-rules.ts';
import { TRAVEL } from './fixed-answers.ts';
import { callOnce, startApi } from './harness.ts';
import type { Answer, Api, Sent } from './harness.ts';

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

function get(path: string): Promise<Answer> {
  return api.call('GET', path);
}

const recommendations = '/v1/users/u/recommendations';

describe('a request reaches the past', () => {
  const asked = { user: 'u', n: 10, exclude: 'seen' };

  async function check(query: string, asOf: object): Promise<void> {
    api.deps.calls.length = 0;
    const { status, text } = await get(`${recommendations}?asOf=${query}`);
    assert.equal(status, 200, text);
    assert.deepEqual(api.deps.calls, [['travel', { ...asked, asOf }]]);
  }

  test('by a position', () => check('0:12', { position: { partition: 0, sequence: 12 } }));
  test('by a time', () => check('2026-01-02T03:04:05Z', { timeMs: 1_767_323_045_000 }));
  test('by a time in another zone', () =>
    check('2026-01-02T05:04:05.250%2B02:00', { timeMs: 1_767_323_045_250 }));

  test('for an explanation, with what the user did last', async () => {
    api.deps.calls.length = 0;
    const { status, json } = await get(`${recommendations}?explain=true`);
    assert.equal(status, 200);
    assert.deepEqual(json['events'], [{ position: '0:3', type: 'play', item: 'song', time: null }]);
    assert.deepEqual(api.deps.calls, [
      ['recommend', { ...asked, after: [], explain: true }],
      ['events', 'u', ['0:7']],
    ]);
  });

  test('for what would be if', async () => {
    api.deps.calls.length = 0;
    const body = {
      ...{ user: 'u', n: 3, asOf: '0:9', remove: ['0:1', '0:4'] },
      add: [{ type: 'play', item: 'i', time: '2026-01-02T03:04:05Z' }],
    };
    const { status, text } = await api.call('POST', '/v1/what-if', { body });
    assert.equal(status, 200, text);
    const remove = [1, 4].map((sequence) => ({ partition: 0, sequence }));
    const asOf = { position: { partition: 0, sequence: 9 } };
    const add = [{ type: 'play', item: 'i', time: 1_767_323_045_000 }];
    const expected = { user: 'u', n: 3, exclude: 'seen', asOf, add, remove };
    assert.deepEqual(api.deps.calls, [['whatIf', expected]]);
  });
});

test('what-ifs take rules, those of a scenario too', async () => {
  api.deps.calls.length = 0;
  const filter = 'item.genre == context.genre';
  const asked = { remove: ['0:1'], scenario: 'evening', filter, context: { genre: 'jazz' } };
  const body = { user: 'u', ...asked, exclude: 'none', n: 3 };
  const { status, text } = await api.call('POST', '/v1/what-if', { body });
  assert.equal(status, 200, text);
  const [[, query]] = api.deps.calls as [[string, WhatIfQuery]];
  assert.deepEqual([query.n, query.exclude], [3, 'none']);
  const { rules } = query;
  assert.deepEqual(rules && textsOf(rules), {
    ...{ scenario: 'evening', filter, diversity: 0.5, context: { genre: 'jazz' } },
  });
});

describe('a request for the past is refused', () => {
  const whatIf = (body: object): readonly [string, string, Sent] => [
    ...(['POST', '/v1/what-if', { body: { user: 'u', ...body } }] as const),
  ];
  const id = 'recommendationId';
  const play = { type: 'play', item: 'i' };
  const cases: readonly (readonly [string, readonly [string, string, Sent?], number, string?])[] = [
    ['a moment that is none', ['GET', `${recommendations}?asOf=yesterday`], 400, 'asOf'],
    ['a date without a time', ['GET', `${recommendations}?asOf=2026-01-02`], 400, 'asOf'],
    ['30 February', ['GET', `${recommendations}?asOf=2026-02-30T00:00:00Z`], 400, 'asOf'],
    ['an empty moment', ['GET', `${recommendations}?asOf=`], 400, 'asOf'],
    ['asOf with after', ['GET', `${recommendations}?asOf=0:1&after=0:1`], 400, 'asOf'],
    ['an explanation of a kind', ['GET', `${recommendations}?explain=yes`], 400, 'explain'],
    ['an id that was not made here', ['GET', '/v1/recommendations/foreign'], 400, id],
    ['a proof of one', ['GET', '/v1/recommendations/foreign/verify'], 400, id],
    ['an id that is none', ['GET', '/v1/recommendations/a.b'], 400, id],
    ['an endless id', ['GET', `/v1/recommendations/${'a'.repeat(4_097)}`], 400, id],
    ['an unknown travel', ['GET', '/v1/travels/travel-00000000000000ff'], 404],
    ['a travel id that is none', ['GET', '/v1/travels/x'], 400, 'travelId'],
    ['nothing to change', whatIf({}), 422, 'add'],
    ['10,000 events', whatIf({ add: new Array<object>(10_000).fill(play) }), 422, 'add'],
    ['too many to leave out', whatIf({ remove: new Array(1_001).fill('0:1') }), 422, 'remove'],
    ['events of another user', whatIf({ add: [{ ...play, user: 'v' }] }), 400, 'add[0].user'],
    ['a position that is none', whatIf({ remove: ['5'] }), 400, 'remove[0]'],
    ['rules that do not parse', whatIf({ remove: ['0:1'], filter: 'item.' }), 400, 'filter'],
    ['a scenario that is none', whatIf({ remove: ['0:1'], scenario: 'dawn' }), 422, 'scenario'],
    ['rules that are none', whatIf({ remove: ['0:1'], diversity: 2 }), 400, 'diversity'],
  ];
  for (const [name, [method, path, sent = {}], status, field] of cases) {
    test(name, async () => {
      const { json } = await api.call(method, path, sent);
      assert.equal(json['status'], status, JSON.stringify(json));
      const [first] = (json['errors'] ?? []) as { readonly field: string }[];
      assert.equal(first?.field, field);
    });
  }
});

describe('an answer from the past', () => {
  test('that takes long is a 202 with the travel to poll', async () => {
    const { status, json } = await get('/v1/users/far/recommendations?asOf=0:3');
    assert.equal(status, 202);
    assert.deepEqual(json, TRAVEL);
    const polled = await get(TRAVEL.poll);
    assert.deepEqual([polled.status, polled.json], [200, TRAVEL]);
  });

  test('that is looked up by its id may take long, too', async () => {
    const { status, json } = await get('/v1/recommendations/far');
    assert.deepEqual([status, json], [202, TRAVEL]);
  });

  test('is a 503 with the remedy where a process has no past', async () => {
    const { json } = await callOnce({ travel: undefined }, 'GET', `${recommendations}?asOf=0:3`);
    assert.equal(json['status'], 503);
    assert.match(String(json['detail']), /embedded profile/);
  });
});

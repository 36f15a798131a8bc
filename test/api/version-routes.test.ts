import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startApi } from './harness.ts';
import type { Api, Sent } from './harness.ts';

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

describe('a request about versions reaches its port', () => {
  const settings = { learner: 'isgd', learningRate: 0.1 };
  const backfill = { name: 'v3', from: ['0:4'], to: ['0:9'], settings };
  const gate = { metric: 'mrr10', eventsMin: 1_000 };
  const cases: readonly (readonly [string, string, string, Sent, number, readonly unknown[]])[] = [
    ['a backfill', 'POST', '/v1/backfills', { body: backfill }, 202, ['backfill', backfill]],
    ['a backfill of all defaults', 'POST', '/v1/backfills', {}, 202, ['backfill', {}]],
    ['polling', 'GET', '/v1/backfills/b-1', {}, 200, ['describe', 'backfill', 'b-1']],
    ['a promotion', 'POST', '/v1/models/v2/promote', {}, 200, ['promote', 'v2']],
    [
      'a promotion behind a gate',
      ...(['POST', '/v1/models/v2/promote', { body: { gate: { metric: 'mrr10' } } }, 200] as const),
      ['promote', 'v2', gate],
    ],
    ['a rollback', 'POST', '/v1/models/v2/rollback', {}, 200, ['rollback', 'v2']],
    ['a comparison', 'GET', '/v1/models/compare?a=v1&b=v2', {}, 200, ['compare', 'v1', 'v2']],
  ];
  for (const [name, method, path, sent, status, expected] of cases) {
    test(name, async () => {
      api.deps.calls.length = 0;
      const answer = await api.call(method, path, sent);
      assert.equal(answer.status, status, answer.text);
      assert.deepEqual(api.deps.calls, [expected]);
    });
  }

  for (const control of ['pause', 'resume', 'cancel']) {
    test(`${control} of a backfill, which then tells how it stands`, async () => {
      api.deps.calls.length = 0;
      const { status } = await api.call('POST', `/v1/backfills/b-1/${control}`, {});
      assert.equal(status, 202);
      assert.deepEqual(api.deps.calls, [
        ['control', 'b-1', control],
        ['describe', 'backfill', 'b-1'],
      ]);
    });
  }
});

describe('a request about versions is refused with its field', () => {
  const backfills = '/v1/backfills';
  const cases: readonly (readonly [string, string, string, Sent, number, string?])[] = [
    ['an unknown backfill', 'GET', '/v1/backfills/unknown', {}, 404],
    ['a pause of an unknown backfill', 'POST', '/v1/backfills/unknown/pause', {}, 404],
    ['an unknown field', 'POST', backfills, { body: { nmae: 'v3' } }, 400, 'nmae'],
    ['a typo', 'POST', backfills, { body: { settings: { rate: 1 } } }, 400, 'rate'],
    ['one below', 'POST', backfills, { body: { settings: { blend: { f: 1 } } } }, 400, 'blend.f'],
    ['no position', 'POST', backfills, { body: { from: ['7'] } }, 400, 'from[0]'],
    ['a text', 'POST', backfills, { body: { settings: { negatives: '8' } } }, 400, 'negatives'],
    ['a comparison of one version', 'GET', '/v1/models/compare?a=v1', {}, 400, 'b'],
    ['a version with a slash', 'POST', '/v1/models/a%2Fb/promote', {}, 400, 'version'],
    [
      'a gate of no events',
      ...(['POST', '/v1/models/v2/promote', { body: { gate: { eventsMin: 0 } } }, 400] as const),
      'gate.eventsMin',
    ],
  ];
  for (const [name, method, path, sent, status, field] of cases) {
    test(name, async () => {
      const { json } = await api.call(method, path, sent);
      assert.equal(json['status'], status, JSON.stringify(json));
      const [first] = (json['errors'] ?? []) as { readonly field: string }[];
      assert.equal(first?.field, field);
    });
  }

  test('where no version is held: the cluster', async () => {
    const none = await startApi();
    Reflect.deleteProperty(none.deps, 'promotions');
    Reflect.deleteProperty(none.deps, 'comparisons');
    try {
      for (const path of ['/v1/models/v2/promote', '/v1/models/v2/rollback']) {
        assert.equal((await none.call('POST', path, {})).status, 503);
      }
      assert.equal((await none.call('GET', '/v1/models/compare?a=v1&b=v2')).status, 503);
    } finally {
      await none.close();
    }
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { CLICK_THROUGH, EXPERIMENT } from './fixed-answers.ts';
import { callOnce, startApi } from './harness.ts';
import type { Answer, Api } from './harness.ts';

const RECOMMENDATIONS = '/v1/users/u/recommendations';
const SESSIONS = '/v1/sessions/recommendations';
const EXPERIMENTS = '/v1/experiments/front';

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());
beforeEach(() => {
  api.deps.calls.length = 0;
});

async function ok(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await api.call(method, path, body === undefined ? {} : { body });
  assert.equal(answer.status, 200, answer.text);
  return answer;
}

function armsOf(...shares: readonly number[]): object {
  return { arms: shares.map((share, n) => ({ name: `arm-${String(n)}`, share })) };
}

describe('what became of answers', () => {
  test('is told by version and scenario', async () => {
    assert.deepEqual((await ok('GET', '/v1/metrics/click-through')).json, CLICK_THROUGH);
  });

  test('is told by nobody where it is not counted', async () => {
    for (const path of ['/v1/metrics/click-through', EXPERIMENTS]) {
      const uncounted = { clickThrough: undefined, experiments: undefined };
      const { status, json } = await callOnce(uncounted as object, 'GET', path);
      assert.equal(status, 503);
      assert.match(String(json['detail']), /counts no reactions/);
    }
  });
});

describe('an experiment', () => {
  test('answers by the arm that the user is in, and says so', async () => {
    const { json } = await ok('GET', `${RECOMMENDATIONS}?experiment=front`);
    assert.deepEqual(json['experiment'], { name: 'front', arm: 'arm of u' });
    const label = { scenario: '', experiment: 'front', arm: 'arm of u' };
    const asked = { user: 'u', n: 10, after: [], exclude: 'seen', label };
    assert.deepEqual(api.deps.calls, [['recommend', asked]]);
  });

  test('begins, is looked at and ends', async () => {
    const wish = armsOf(0.25, 0.75);
    await ok('PUT', EXPERIMENTS, wish);
    assert.deepEqual((await ok('GET', EXPERIMENTS)).json, EXPERIMENT);
    assert.deepEqual((await ok('GET', '/v1/experiments')).json, { experiments: [EXPERIMENT] });
    await ok('DELETE', EXPERIMENTS);
    assert.deepEqual(api.deps.calls, [
      ['experiment', 'front', { ...wish, effect: 0.01 }],
      ['end', 'front'],
    ]);
  });

  test('is not there under another name', async () => {
    for (const method of ['GET', 'DELETE']) {
      assert.equal((await api.call(method, '/v1/experiments/gone')).status, 404);
    }
  });
});

describe('a session', () => {
  test('is answered from its events', async () => {
    const events = [{ type: 'play', item: 'a', time: '2026-01-01T00:00:00Z' }];
    await ok('POST', SESSIONS, { events, n: 3 });
    const told = [{ type: 'play', item: 'a', time: Date.UTC(2026, 0, 1) }];
    assert.deepEqual(api.deps.calls, [['session', { n: 3, exclude: 'seen', events: told }]]);
  });
});

describe('refused, with the field', () => {
  const event = { type: 'play', item: 'a' };
  const twice = { arms: [0.5, 0.5].map((share) => ({ name: 'same', share })) };
  const cases: readonly (readonly [string, string, string, object | undefined, number, string])[] =
    [
      [
        'an experiment that does not run',
        'GET',
        `${RECOMMENDATIONS}?experiment=gone`,
        undefined,
        422,
        'experiment',
      ],
      [
        'a trial in the past',
        'GET',
        `${RECOMMENDATIONS}?experiment=front&asOf=0:3`,
        undefined,
        400,
        'experiment',
      ],
      ['one arm', 'PUT', EXPERIMENTS, armsOf(1), 400, 'arms'],
      ['nine arms', 'PUT', EXPERIMENTS, armsOf(...new Array<number>(9).fill(1 / 9)), 400, 'arms'],
      ['shares that are too much', 'PUT', EXPERIMENTS, armsOf(0.6, 0.6), 400, 'arms'],
      ['a share of nothing', 'PUT', EXPERIMENTS, armsOf(0, 1), 400, 'arms[0].share'],
      ['an arm twice', 'PUT', EXPERIMENTS, twice, 400, 'arms'],
      ['no effect', 'PUT', EXPERIMENTS, { ...armsOf(0.5, 0.5), effect: 0 }, 400, 'effect'],
      ['a session without events', 'POST', SESSIONS, { events: [] }, 400, 'events'],
      [
        'a session without end',
        'POST',
        SESSIONS,
        { events: new Array(101).fill(event) },
        400,
        'events',
      ],
      [
        'a session of somebody',
        'POST',
        SESSIONS,
        { events: [{ ...event, user: 'u' }] },
        400,
        'events[0].user',
      ],
      [
        'an answer that is none',
        'POST',
        '/v1/events',
        { ...event, user: 'u', recommendationId: 'no id' },
        400,
        'recommendationId',
      ],
    ];
  for (const [what, method, path, body, status, field] of cases) {
    test(what, async () => {
      const { json } = await api.call(method, path, body === undefined ? {} : { body });
      assert.equal(json['status'], status, JSON.stringify(json));
      const [first] = (json['errors'] ?? []) as { readonly field: string }[];
      assert.equal(first?.field, field);
      assert.deepEqual(api.deps.calls, []);
    });
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { ApiDeps } from '../../api/deps.ts';
import { RepriseError } from '../../events/error.ts';
import { SCHEDULE, VERIFIED } from './fixed-answers.ts';
import { callOnce, fakeDeps, startApi } from './harness.ts';
import type { Answer, Api, Sent } from './harness.ts';

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

function get(path: string): Promise<Answer> {
  return api.call('GET', path);
}

describe('a request reaches its port', () => {
  async function check(
    method: string,
    path: string,
    sent: Sent,
    status: number,
    ...expected: unknown[]
  ): Promise<void> {
    api.deps.calls.length = 0;
    const answer = await api.call(method, path, sent);
    assert.equal(answer.status, status, answer.text);
    assert.deepEqual(api.deps.calls, [expected]);
  }
  const asked = { user: 'u', n: 10, after: [], exclude: 'seen' };
  const recommend = (path: string, expected: object): Promise<void> =>
    check('GET', `/v1/users/${path}`, {}, 200, 'recommend', { ...asked, ...expected });

  test('a recommendation', () => recommend('u/recommendations', {}));
  test('an empty query', () => recommend('u/recommendations?', {}));
  test('n', () => recommend('u/recommendations?n=100', { n: 100 }));
  test('exclude', () => recommend('u/recommendations?exclude=none', { exclude: 'none' }));
  test('an item at hand', () => recommend('u/recommendations?item=a+b%2Bc', { item: 'a b+c' }));
  test('positions, repeated and by commas', () =>
    recommend('u/recommendations?after=0:1,1:2&after=2%3A3', {
      after: [
        { partition: 0, sequence: 1 },
        { partition: 1, sequence: 2 },
        { partition: 2, sequence: 3 },
      ],
    }));
  test('a percent-encoded user', () =>
    recommend('a%2Fb%20%C3%BC/recommendations', { user: 'a/b ü' }));
  test('a user named __proto__', () =>
    recommend('__proto__/recommendations', { user: '__proto__' }));
  test('an item named popular, percent-encoded', () =>
    check('GET', '/v1/items/%70opular/similar', {}, 200, 'similar', 'popular', 10));
  test('an item', () => check('GET', '/v1/items/song', {}, 200, 'item', 'song', []));
  test('an item after a position', () =>
    check('GET', '/v1/items/song?after=0:4', {}, 200, 'item', 'song', [
      { partition: 0, sequence: 4 },
    ]));
  test('popular items', () => check('GET', '/v1/items/popular?n=3', {}, 200, 'popular', 3));
  test('metrics of learning', () =>
    check('GET', '/v1/metrics/prequential', {}, 200, 'prequential', { window: 1_000 }));
  test('metrics of a version and a window', () =>
    check('GET', '/v1/metrics/prequential?window=50&model=v1', {}, 200, 'prequential', {
      window: 50,
      model: 'v1',
    }));
  test('a training run', () =>
    check('POST', '/v1/training-runs', { body: { epochs: 3 } }, 202, 'train', { epochs: 3 }));
  test('a training run by the kernel', () =>
    check('POST', '/v1/training-runs', { body: { trainer: 'kernel' } }, 202, 'train', {
      trainer: 'kernel',
    }));
  test('a training run without a body', () =>
    check('POST', '/v1/training-runs', {}, 202, 'train', {}));
  test('an index build', () =>
    check('POST', '/v1/index-releases', { body: { version: 'v1' } }, 202, 'index', {
      version: 'v1',
    }));
  test('polling a training run', () =>
    check('GET', '/v1/training-runs/t-1', {}, 200, 'describe', 'training', 't-1'));
  test('polling an index build', () =>
    check('GET', '/v1/index-releases/i-1', {}, 200, 'describe', 'index', 'i-1'));
  test('a rebuild of all', () => check('POST', '/v1/projections/rebuild', {}, 200, 'rebuild', []));
  test('a rebuild of one', () =>
    check('POST', '/v1/projections/rebuild', { body: { projections: ['users'] } }, 200, 'rebuild', [
      'users',
    ]));
  test('a verification', () =>
    check('POST', '/v1/verifications', { body: { model: 'v1', full: true } }, 200, 'verify', {
      model: 'v1',
      full: true,
    }));
  test('a schedule that is triggered', () =>
    check(
      ...(['POST', '/v1/schedules/train/trigger', { body: {} }, 200] as const),
      ...['schedule', 'train', 'trigger'],
    ));
  test('a state hash', () =>
    check('GET', '/v1/state-hash?after=0:4', {}, 200, 'stateHash', undefined, [
      { partition: 0, sequence: 4 },
    ]));
  test('an export', () =>
    check('GET', '/v1/events/export?after=0:4', {}, 200, 'export', [
      { partition: 0, sequence: 4 },
    ]));
});

describe('a request is refused', () => {
  async function check(
    method: string,
    path: string,
    sent: Sent,
    status: number,
    field?: string,
  ): Promise<void> {
    const { json, headers } = await api.call(method, path, sent);
    assert.equal(json['status'], status, JSON.stringify(json));
    assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8');
    const [first] = (json['errors'] ?? []) as { readonly field: string }[];
    assert.equal(first?.field, field);
  }
  const recommendations = '/v1/users/u/recommendations';
  const cases: readonly (readonly [string, string, string, Sent, number, string?])[] = [
    ['n of 0', 'GET', `${recommendations}?n=0`, {}, 400, 'n'],
    ['n of 101', 'GET', `${recommendations}?n=101`, {}, 400, 'n'],
    ['n of -1', 'GET', `${recommendations}?n=-1`, {}, 400, 'n'],
    ['n of 1.5', 'GET', `${recommendations}?n=1.5`, {}, 400, 'n'],
    ['n of 1e1', 'GET', `${recommendations}?n=1e1`, {}, 400, 'n'],
    ['an empty n', 'GET', `${recommendations}?n=`, {}, 400, 'n'],
    ['n in words', 'GET', `${recommendations}?n=ten`, {}, 400, 'n'],
    ['n twice', 'GET', `${recommendations}?n=1&n=2`, {}, 400, 'n'],
    ['a position that is none', 'GET', `${recommendations}?after=5`, {}, 400, 'after[0]'],
    ['an empty position', 'GET', `${recommendations}?after=`, {}, 400, 'after[0]'],
    ['65 positions', 'GET', `${recommendations}?after=${'0:1,'.repeat(64)}0:1`, {}, 400, 'after'],
    ['a window of 0', 'GET', '/v1/metrics/prequential?window=0', {}, 400, 'window'],
    [
      'metrics of a version that never served',
      'GET',
      '/v1/metrics/prequential?model=gone',
      {},
      404,
    ],
    ['an unknown exclusion', 'GET', `${recommendations}?exclude=all`, {}, 400, 'exclude'],
    ['an unknown parameter', 'GET', `${recommendations}?limit=5`, {}, 400, 'limit'],
    ['__proto__ as a parameter', 'GET', `${recommendations}?__proto__=5`, {}, 400, '__proto__'],
    ['a parameter where none is taken', 'GET', '/v1/models?n=5', {}, 400],
    ['101 parameters', 'GET', `${recommendations}?${'a=1&'.repeat(100)}b=1`, {}, 400],
    ['broken percent-encoding', 'GET', '/v1/users/%zz/recommendations', {}, 400, 'id'],
    ['percent-encoding that is not UTF-8', 'GET', '/v1/users/%ff', {}, 400, 'id'],
    [
      'broken percent-encoding in a query',
      'GET',
      `${recommendations}?item=%e0%a4`,
      {},
      400,
      'item',
    ],
    ['an id with NUL', 'GET', '/v1/users/a%00b', {}, 400, 'id'],
    ['an id of 257 bytes', 'GET', `/v1/users/${'a'.repeat(257)}`, {}, 400, 'id'],
    ['an empty id', 'GET', '/v1/users//recommendations', {}, 400, 'id'],
    ['an unknown path', 'GET', '/v2', {}, 404],
    ['a path with a slash at its end', 'GET', '/v1/models/', {}, 404],
    ['an unknown user', 'GET', '/v1/users/unknown', {}, 404],
    ['an unknown item', 'GET', '/v1/items/unknown', {}, 404],
    ['items similar to an unknown one', 'GET', '/v1/items/unknown/similar', {}, 404],
    ['an unknown training run', 'GET', '/v1/training-runs/unknown', {}, 404],
    ['a run id with spaces', 'GET', '/v1/training-runs/a%20b', {}, 400, 'workflowId'],
    ['another method', 'PATCH', '/v1/models', {}, 405],
    ['a preflight', 'OPTIONS', '/v1/events', { headers: { origin: 'http://evil.example' } }, 403],
    ['metadata that are a list', 'PUT', '/v1/items/i', { body: [] }, 400, ''],
    ['metadata over 64 KiB', 'PUT', '/v1/items/i', { body: { a: 'x'.repeat(65_536) } }, 400, ''],
    [
      'metadata in a form',
      'PUT',
      '/v1/items/i',
      { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      400,
    ],
    [
      'metadata as text',
      'PUT',
      '/v1/items/i',
      { body: '{}', headers: { 'content-type': 'text/plain' } },
      415,
    ],
    [
      'an unknown training option',
      'POST',
      '/v1/training-runs',
      { body: { epoch: 3 } },
      400,
      'epoch',
    ],
    ['0 epochs', 'POST', '/v1/training-runs', { body: { epochs: 0 } }, 400, 'epochs'],
    [
      'a projection with a path as name',
      'POST',
      '/v1/projections/rebuild',
      { body: { projections: ['../x'] } },
      400,
      'projections[0]',
    ],
  ];
  for (const [name, method, path, sent, status, field] of cases) {
    test(name, () => check(method, path, sent, status, field));
  }

  test('another method, with those that there are', async () => {
    const { headers, status } = await api.call('PATCH', '/v1/items/popular');
    assert.equal(status, 405);
    assert.equal(headers.allow, 'DELETE, GET, PUT');
  });
});

describe('an error of a port becomes its problem', () => {
  const cases = [
    ['INVALID', 422, undefined],
    ['NOT_FOUND', 404, undefined],
    ['CONFLICT', 409, undefined],
    ['TOO_LARGE', 413, undefined],
    ['UNAVAILABLE', 503, '5'],
    ['TIMEOUT', 504, '1'],
    ['DAMAGED', 500, undefined],
    ['FENCED', 503, '1'],
  ] as const;
  for (const [code, status, retryAfter] of cases) {
    test(code, async () => {
      const { models } = fakeDeps();
      const { json, headers } = await callOnce(
        {
          models: { ...models, list: () => Promise.reject(new RepriseError(code, 'so it is')) },
        },
        'GET',
        '/v1/models',
      );
      assert.equal(json['status'], status);
      assert.equal(json['code'], code);
      assert.equal(json['detail'], 'so it is');
      assert.equal(headers['retry-after'], retryAfter);
    });
  }

  test('an unforeseen one says no more than its request id, and is logged with it', async () => {
    const { models } = fakeDeps();
    const { text, json, deps } = await callOnce(
      {
        models: { ...models, list: () => Promise.reject(new Error('secret of /the/inside')) },
      },
      'GET',
      '/v1/models',
    );
    assert.equal(json['status'], 500);
    assert.equal(json['requestId'], 'request-1');
    assert.doesNotMatch(text, /secret|inside|\.ts/);
    const line = deps.logged[0] ?? {};
    assert.equal(line['requestId'], 'request-1');
    assert.match(String(line['err']), /secret of \/the\/inside/);
  });
});

describe('schedules', () => {
  test('are listed', async () => {
    const { status, json } = await get('/v1/schedules');
    assert.deepEqual([status, json], [200, { schedules: [SCHEDULE] }]);
  });

  test('are refused by a name that there is not, and where none are kept', async () => {
    const unknown = await api.call('POST', '/v1/schedules/weekly/pause', { body: {} });
    assert.equal(unknown.status, 404);
    assert.match(unknown.text, /they are verify, train, index, promote/);
    const none = await callOnce({ schedules: undefined as never }, 'GET', '/v1/schedules');
    assert.equal(none.status, 503);
  });
});

describe('an item', () => {
  test('is published and withdrawn at a position', async () => {
    const put = await api.call('PUT', '/v1/items/__proto__', { body: { title: 'T' } });
    const gone = await api.call('DELETE', '/v1/items/__proto__');
    assert.deepEqual([put.status, gone.status], [202, 202]);
    assert.deepEqual(put.json, { positions: ['0:0'] });
    assert.deepEqual(gone.json, { positions: ['0:1'] });
    const block = await api.deps.journal.read(0, api.deps.journal.head(0));
    assert.equal(block, undefined);
  });
});

describe('answers', () => {
  test('carry headers that keep browsers from sniffing, caching and framing', async () => {
    const { headers } = await get('/v1/models');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    assert.equal(headers['access-control-allow-origin'], undefined);
  });

  test('to HEAD have the head of GET and no body', async () => {
    const { status, text, headers } = await api.call('HEAD', '/v1/models');
    assert.equal(status, 200);
    assert.equal(text, '');
    assert.equal(headers['content-type'], 'application/json; charset=utf-8');
  });

  test('say 503 and what is awaited until the instance is ready', async () => {
    const { health } = fakeDeps();
    const { status, json } = await callOnce(
      { health: { ...health, awaited: () => ['replay'] } },
      'GET',
      '/health/ready',
    );
    assert.equal(status, 503);
    assert.deepEqual(json, { ready: false, awaited: ['replay'] });
  });

  test('are lines of progress and result for those who accept NDJSON', async () => {
    const headers = { accept: 'application/x-ndjson' };
    const { status, text } = await api.call('POST', '/v1/verifications', { headers });
    assert.equal(status, 200);
    assert.deepEqual(
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      [{ progress: { done: 4, total: 8 } }, { result: VERIFIED }],
    );
  });

  test('end with a line of problem when a long operation fails', async () => {
    const { maintenance } = fakeDeps();
    const headers = { accept: 'application/x-ndjson' };
    const { json } = await callOnce(
      {
        maintenance: {
          ...maintenance,
          verify: () => Promise.reject(new RepriseError('DAMAGED', 'the chain is broken at 0:5')),
        },
      },
      'POST',
      '/v1/verifications',
      { headers },
    );
    assert.equal((json['problem'] as { readonly code: string }).code, 'DAMAGED');
  });

  test('of an export are one event a line', async () => {
    const { text, headers } = await get('/v1/events/export');
    assert.equal(headers['content-type'], 'application/x-ndjson');
    assert.equal(text, '{"id":"a","position":"0:0"}\n{"id":"b","position":"0:1"}\n');
  });

  test('of an export that fails break off', async () => {
    const { maintenance } = fakeDeps();
    const overrides: Partial<ApiDeps> = {
      maintenance: {
        ...maintenance,
        async *exportEvents() {
          for (let i = 0; i < 10_000; i += 1) yield { id: 'a', position: `0:${String(i)}` };
          await Promise.reject(new RepriseError('DAMAGED', 'the chain is broken'));
        },
      },
    };
    await assert.rejects(callOnce(overrides, 'GET', '/v1/events/export'), /aborted/);
  });
});

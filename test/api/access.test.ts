import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createRoutes } from '../../api/routes.ts';
import { keyDigest } from '../../api/key-ring.ts';
import type { Caller } from '../../api/key-ring.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';
import { fakeDeps, startApi } from './harness.ts';
import type { Api } from './harness.ts';
import { EXPIRED, SECRET, keyedAccess } from './keys.ts';

/** What each scope may do beyond the one before; everything else that is not open asks for `admin`. */
const WRITES: readonly string[] = [
  ...['acceptEvents', 'publishItem', 'withdrawItem'],
  ...['gorseInsertFeedback', 'gorseUpsertFeedback', 'gorseInsertItem', 'gorseInsertItems'],
  ...['gorseDeleteItem', 'gorseInsertUser', 'gorseInsertUsers', 'gorseUpdateUser'],
  ...['gorseUpdateItem', 'gorseInsertItemCategory', 'gorseDeleteItemCategory'],
];
const READ_BY_POST: readonly string[] = [
  ...['whatIf', 'lookUpItems', 'recommendToSession'],
  ...['gorseSessionRecommend', 'gorseSessionRecommendOf'],
];
const PERSONAL: readonly string[] = [
  ...['exportUser', 'exportEvents', 'listUsers', 'gorseGetUsers', 'tellEvents'],
  ...['gorseListFeedback', 'gorseListFeedbackByType'],
  ...['gorseItemFeedback', 'gorseItemFeedbackByType'],
  ...['exportExplorations', 'gorseUserNeighbors'],
];
const OF_THE_OWNER: readonly string[] = ['listSpaces'];
const OPEN: readonly string[] = [
  '/health/live',
  '/health/ready',
  '/api/health/live',
  '/api/health/ready',
  '/docs',
  '/openapi.json',
  '/',
  '/assets/{file}',
];

const CALLERS = [
  { caller: 'no key', headers: {} },
  { caller: 'a wrong key', headers: { 'x-api-key': 'reprise_wrong-0123456789abcdef' } },
  { caller: 'an expired key', headers: { 'x-api-key': EXPIRED } },
  { caller: 'read', headers: { 'x-api-key': SECRET.read } },
  { caller: 'write', headers: { authorization: `Bearer ${SECRET.write}` } },
  { caller: 'admin', headers: { authorization: `Bearer ${SECRET.admin}` } },
] as const;

function allowedCallers(operationId: string, method: string): readonly string[] {
  if ([...PERSONAL, ...OF_THE_OWNER].includes(operationId)) return ['admin'];
  if (method === 'GET' || READ_BY_POST.includes(operationId)) return ['read', 'write', 'admin'];
  return WRITES.includes(operationId) ? ['write', 'admin'] : ['admin'];
}

describe('every route', () => {
  let api: Api;
  before(async () => {
    api = await startApi({ access: keyedAccess() });
  });
  after(() => api.close());

  for (const { method, path, operationId, open } of createRoutes(fakeDeps())) {
    test(`${method} ${path} is for whom it is`, async () => {
      assert.equal(open === true, OPEN.includes(path), 'what is open is listed here');
      for (const { caller, headers } of CALLERS) {
        // A stream has no end of its own: its head is all that is asked for.
        const asked = operationId === 'followLive' ? 'HEAD' : method;
        const { status } = await api.call(asked, path.replaceAll(/\{\w+\}/g, 'x'), { headers });
        const isIn = open === true || allowedCallers(operationId, method).includes(caller);
        const refused = ['read', 'write'].includes(caller) ? 403 : 401;
        if (isIn) assert.ok(![401, 403].includes(status), `${caller}: ${String(status)}`);
        else assert.equal(status, refused, caller);
      }
    });
  }

  test('a refusal names the key and the scope that it takes, and never the key itself', async () => {
    const headers = { 'x-api-key': SECRET.read };
    const { text, json } = await api.call('POST', '/v1/training-runs', { headers, body: {} });
    assert.equal(json['detail'], 'the key read is of scope read: use one of scope admin');
    assert.ok(!text.includes(SECRET.read));
  });

  test('what an administrator does is told with the name of the key, and no path', async () => {
    const headers = { 'x-api-key': SECRET.admin };
    await api.call('DELETE', '/v1/users/ada', { headers });
    const told = api.deps.logged.filter((line) => line['audit'] === true);
    assert.deepEqual(told.at(-1), {
      ...{ audit: true, operationId: 'eraseUser', caller: 'admin', message: 'an admin request' },
    });
    assert.ok(!JSON.stringify(told).includes('ada'));
  });
});

const VARIANTS = 5_000;
const CLOSED = ['/v1/status', '/v1/models', '/v1/users/ada', '/v1/events/export'] as const;
/** Ways to write a path that other servers are known to read as another one. */
const WRITINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `/${path}`,
  (path) => `${path}/`,
  (path) => path.replace('/v1', '/%76%31'),
  (path) => path.replace('/v1', '/V1'),
  (path) => `/health/live/../..${path}`,
  (path) => `/health/live/%2e%2e/%2e%2e${path}`,
  (path) => `/docs/..${path}`,
  (path) => `${path}?path=/health/live`,
  (path) => `${path}#/health/live`,
  (path) => `${path};/health/live`,
  (path) => `${path}%00`,
  (path) => `${path}.json`,
  (path) => `http://localhost${path}`,
  (path) => `${path}?api_key=${SECRET.admin}`,
  (path) => `${path}?x-api-key=${SECRET.admin}&access_token=${SECRET.admin}`,
];
/** Values that stand where a key should. */
const SENT: readonly string[] = [
  ...['', ' ', 'null', 'undefined', 'true', '*', 'admin', 'REPRISE_API_KEY', '0', '[]', '{}'],
  ...[SECRET.admin.slice(0, -1), SECRET.admin.slice(1), SECRET.admin.toUpperCase()],
  ...[`${SECRET.admin}x`, `x${SECRET.admin}`, `${SECRET.admin},${SECRET.admin}`, EXPIRED],
  ...[`"${SECRET.admin}"`, `${SECRET.admin}\u00a0`, encodeURIComponent(` ${SECRET.admin}`)],
  ...[keyDigest(SECRET.admin), Buffer.from(SECRET.admin).toString('base64')],
];
const SCHEMES: readonly string[] = [
  '',
  'Bearer ',
  'bearer\t',
  'Basic ',
  'Token ',
  'Bearer: ',
  'Bearer Bearer ',
];
const BESIDE: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' },
  { host: 'localhost' },
  { 'x-http-method-override': 'GET', 'x-original-url': '/health/live' },
  { 'x-rewrite-url': '/health/live', 'x-forwarded-host': 'localhost' },
  { cookie: `x-api-key=${SECRET.admin}; authorization=${SECRET.admin}` },
  { 'proxy-authorization': `Bearer ${SECRET.admin}` },
  { 'api-key': SECRET.admin, 'x-api-key-id': SECRET.admin },
];

test(`of ${String(VARIANTS)} ways around a key none gets in`, async (t) => {
  const seed = Number(process.env['REPRISE_TEST_SEED'] ?? 20_261_128);
  t.diagnostic(`REPRISE_TEST_SEED=${String(seed)}`);
  const random = new SeededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T;
  const api = await startApi({ access: keyedAccess() });
  const statuses = new Map<number, number>();
  try {
    for (let variant = 0; variant < VARIANTS; variant += 1) {
      const path = pick(WRITINGS)(pick(CLOSED));
      const method = pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);
      const name = pick(['authorization', 'x-api-key', 'X-API-KEY', 'Authorization']);
      const headers = { ...pick(BESIDE), [name]: `${pick(SCHEMES)}${pick(SENT)}` };
      const { status } = await api.call(method, path, { headers });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      assert.ok(status >= 400, `${method} ${path} ${JSON.stringify(headers)}: ${String(status)}`);
    }
    assert.deepEqual(api.deps.calls, [], 'nothing was asked of what is behind');
    assert.ok((statuses.get(401) ?? 0) > VARIANTS / 2, JSON.stringify([...statuses]));
  } finally {
    await api.close();
  }
});

describe('a quota of the day', () => {
  test('counts what a key is served, not what it is refused, and says whose is used up', async () => {
    const taken: string[] = [];
    const take = ({ name }: Caller): number => {
      taken.push(name);
      return name === 'write' ? 3_599_001 : 0;
    };
    const api = await startApi({ access: keyedAccess(), quota: { take } });
    try {
      const call = (key: string, method = 'GET', path = '/v1/models') =>
        api.call(method, path, { headers: { 'x-api-key': key } });
      assert.equal((await call(SECRET.read)).status, 200);
      assert.equal((await call(SECRET.read, 'POST', '/v1/rollback')).status, 404);
      assert.equal((await call(SECRET.read, 'POST', '/v1/training-runs')).status, 403);
      assert.equal((await call('guess')).status, 401);
      assert.equal((await call(SECRET.write, 'GET', '/health/live')).status, 200);
      const refused = await call(SECRET.write);
      assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '3600']);
      assert.match(String(refused.json['detail']), /^the key write has had its .* of this day/);
      assert.deepEqual(taken, ['read', 'read', 'write']);
    } finally {
      await api.close();
    }
  });
});

describe('a limit on requests', () => {
  test('counts by key, and by address where there is none, and leaves the probes out', async () => {
    const taken: string[] = [];
    const take = (caller: string): Promise<number> => {
      taken.push(caller);
      return Promise.resolve(caller === 'key read' ? 0 : 1_200);
    };
    const api = await startApi({ access: keyedAccess(), requestLimit: { take } });
    try {
      const call = (headers: Readonly<Record<string, string>>, path = '/v1/models') =>
        api.call('GET', path, { headers });
      assert.equal((await call({ 'x-api-key': SECRET.read })).status, 200);
      const refused = await call({ 'x-api-key': SECRET.write });
      assert.deepEqual([refused.status, refused.headers['retry-after']], [429, '2']);
      assert.equal((await call({ 'x-api-key': 'guess' })).status, 429, 'before the key is judged');
      assert.equal((await call({}, '/health/live')).status, 200);
      const addresses = taken.splice(2);
      assert.deepEqual(taken, ['key read', 'key write']);
      assert.match(addresses.join(), /^address [\d.:a-f]*127\.0\.0\.1$/);
    } finally {
      await api.close();
    }
  });
});

import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { keyDigest } from '../../../api/key-ring.ts';
import { createRoutes } from '../../../api/routes.ts';
import { covers, scopeOf } from '../../../api/scope.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';
import { fakeDeps } from '../../api/harness.ts';
import { crossingWorld, secretOf, WORLD_SPACES } from './crossing-world.ts';
import type { CrossingWorld } from './crossing-world.ts';

describe('every route and the key of another space', () => {
  let world: CrossingWorld;
  before(async () => {
    world = await crossingWorld();
  });
  after(() => world.close());

  for (const route of createRoutes(fakeDeps())) {
    const { method, path, operationId, open } = route;
    test(`${method} ${path} is answered by the space of the key alone`, async () => {
      for (const space of WORLD_SPACES) {
        for (const scope of ['read', 'write', 'admin'] as const) {
          world.told.splice(0);
          // A stream has no end of its own: its head is all that is asked for.
          const asked = operationId === 'followLive' ? 'HEAD' : method;
          const headers = { authorization: `Bearer ${secretOf(space, scope)}` };
          const { status } = await world.api.call(asked, path.replaceAll(/\{\w+\}/g, 'x'), {
            headers,
          });
          const isIn = open === true || covers(scope, scopeOf(route));
          assert.equal([401, 403].includes(status), !isIn, `${space} ${scope}: ${String(status)}`);
          const [told, ...more] = world.told;
          assert.deepEqual([told?.space, told?.status, more], [space, status, []]);
        }
      }
    });
  }
});

const VARIANTS = 5_000;
const CLOSED = ['/v1/status', '/v1/models', '/v1/users/ada', '/v1/events/export'] as const;

/** Ways to name another space in a path. */
const WRITINGS: readonly ((path: string) => string)[] = [
  (path) => path,
  (path) => `/acme${path}`,
  (path) => `/spaces/acme${path}`,
  (path) => `/v1/spaces/acme${path}`,
  (path) => `/../acme${path}`,
  (path) => `/%2e%2e/acme${path}`,
  (path) => `http://acme${path}`,
  (path) => `http://main.localhost${path}`,
  (path) => `unix:/acme.sock:${path}`,
  (path) => `${path}?space=acme`,
  (path) => `${path}?x-api-key=${secretOf('acme', 'admin')}`,
  (path) => `${path}#acme`,
  (path) => `${path};space=acme`,
  (path) => `${path}%0d%0ax-api-key:%20${secretOf('acme', 'admin')}`,
];

const acme = secretOf('acme', 'admin');
const main = secretOf('main', 'admin');

/** What is sent beside a key that opens one space only. */
const BESIDE: readonly Readonly<Record<string, string | readonly string[]>>[] = [
  {},
  ...[
    'x-space',
    'x-reprise-space',
    'x-tenant',
    'x-tenant-id',
    'space',
    'x-forwarded-space',
  ].flatMap((name) => [{ [name]: 'acme' }, { [name]: 'main' }, { [name]: '' }]),
  { host: 'acme.localhost' },
  { 'x-forwarded-host': 'acme', 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' },
  { 'x-original-url': '/acme/v1/status', 'x-rewrite-url': '/acme/v1/status' },
  { cookie: `x-api-key=${acme}; space=acme` },
  { 'proxy-authorization': `Bearer ${acme}`, 'api-key': main },
  { connection: 'x-api-key, authorization', 'keep-alive': 'x' },
  { connection: `x-api-key, ${acme}` },
  { upgrade: 'h2c', connection: 'Upgrade, HTTP2-Settings', 'http2-settings': 'AAMAAABk' },
  { te: 'trailers', 'content-length': '0' },
  { 'x-http-method-override': 'GET', expect: '100-continue' },
];

/** Keys of a caller who has those of `globex` and knows digests and pieces of others'. */
const SENT: readonly string[] = [
  ...(['read', 'write', 'admin'] as const).map((scope) => secretOf('globex', scope)),
  ...[keyDigest(acme), keyDigest(main), acme.slice(0, -1), main.toUpperCase(), `x${main}`],
  ...[secretOf('globex', 'admin').replace('globex', 'acmes'), 'acme', 'main', ''],
  ...[`${secretOf('globex', 'admin')},${acme}x`, `acme:${secretOf('globex', 'admin')}`],
];

test(`of ${String(VARIANTS)} ways into another space with a key of one's own none gets in`, async (t) => {
  const seed = Number(process.env['REPRISE_TEST_SEED'] ?? 20_261_128);
  t.diagnostic(`REPRISE_TEST_SEED=${String(seed)}`);
  const random = new SeededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T;
  const world = await crossingWorld();
  try {
    for (let variant = 0; variant < VARIANTS; variant += 1) {
      const path = pick(WRITINGS)(pick(CLOSED));
      const method = pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']);
      const keys = [
        { 'x-api-key': pick(SENT) },
        { authorization: `Bearer ${pick(SENT)}` },
        { 'x-api-key': pick(SENT), authorization: `Bearer ${pick(SENT)}` },
        { 'x-api-key': [pick(SENT), pick(SENT)] },
        { authorization: [`Bearer ${pick(SENT)}`, `Bearer ${pick(SENT)}`] },
      ];
      const headers = { ...pick(BESIDE), ...pick(keys) } as OutgoingHttpHeaders;
      await world.api.call(method, path, { headers });
    }
    const { told } = world;
    assert.ok(told.length >= VARIANTS * 0.9, 'nearly every one was answered by some space');
    const through = told.filter(({ space, status }) => space !== 'globex' && status < 400);
    assert.deepEqual(through, []);
    assert.deepEqual(
      told.filter(({ space }) => space === 'acme'),
      [],
      'acme was never asked',
    );
    assert.ok(told.some(({ space, status }) => space === 'globex' && status === 200));
    assert.deepEqual(
      world.api.deps.calls,
      [],
      'nothing was asked of what is behind the main space',
    );
  } finally {
    await world.close();
  }
});

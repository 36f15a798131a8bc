import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { callOnce, startApi } from './harness.ts';
import type { Api } from './harness.ts';
import { keyedAccess, SECRET } from './keys.ts';

describe('the page', () => {
  let api: Api;
  before(async () => {
    api = await startApi({ access: keyedAccess() });
  });
  after(() => api.close());

  test('is at / without a key, and may run nothing but its own files', async () => {
    const { status, headers, text } = await api.call('GET', '/');
    assert.deepEqual([status, text], [200, '<!doctype html>']);
    assert.equal(headers['cache-control'], 'no-cache');
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /style-src 'self'(;|$)/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  });

  test('loads files that never change', async () => {
    const { status, headers, text } = await api.call('GET', '/assets/app-1a2b.js');
    assert.deepEqual([status, text], [200, 'export {};']);
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(headers['content-encoding'], undefined);
  });

  test('sends them compressed where that is taken', async () => {
    const taking = { headers: { 'accept-encoding': 'br, gzip' } };
    const { headers, text } = await api.call('GET', '/assets/app-1a2b.js', taking);
    assert.deepEqual([headers['content-encoding'], text], ['gzip', 'zipped']);
    assert.equal(headers.vary, 'accept-encoding');
    // The document of this page is not smaller when compressed.
    assert.equal((await api.call('GET', '/', taking)).headers['content-encoding'], undefined);
  });

  for (const name of ['none.js', '..%2F..%2Fpackage.json', '%2e%2e', 'a%00b']) {
    test(`has no file ${name}`, async () => {
      const { status } = await api.call('GET', `/assets/${name}`);
      assert.ok(status === 404 || status === 422 || status === 400, String(status));
    });
  }

  test('leaves the answers behind the key', async () => {
    for (const path of ['/v1/live', '/v1/users', '/v1/items?query=a', '/v1/runs']) {
      assert.equal((await api.call('GET', path)).status, 401, path);
    }
    const headers = { 'x-api-key': SECRET.read };
    const body = { ids: ['a'] };
    assert.equal((await api.call('POST', '/v1/items/lookup', { headers, body })).status, 200);
    assert.equal((await api.call('HEAD', '/v1/live', { headers })).status, 200);
    assert.equal((await api.call('GET', '/v1/users', { headers })).status, 403);
  });
});

describe('the lists that the page reads', () => {
  test('search by title, within bounds', async () => {
    const { json, deps } = await callOnce({}, 'GET', '/v1/items?query=a+river&n=3');
    assert.equal((json['items'] as unknown[]).length, 1);
    assert.deepEqual(deps.calls, [['search', 'a river', 3]]);
    for (const query of ['', '?query=', `?query=${'a'.repeat(201)}`, '?query=a&n=101']) {
      assert.equal((await callOnce({}, 'GET', `/v1/items${query}`)).status, 400, query);
    }
  });

  test('look up many items, whatever their ids hold', async () => {
    const ids = ['a,b', 'ü/ö'];
    const { status, deps } = await callOnce({}, 'POST', '/v1/items/lookup', { body: { ids } });
    assert.equal(status, 200);
    assert.deepEqual(deps.calls, [['list', ids]]);
    for (const wrong of [[], Array.from({ length: 101 }, () => 'a'), ['']]) {
      const answer = await callOnce({}, 'POST', '/v1/items/lookup', { body: { ids: wrong } });
      assert.equal(answer.status, 400);
    }
  });

  test('tell what a user did, and nothing of somebody unknown', async () => {
    const known = await callOnce({}, 'GET', '/v1/users/u/events?n=50');
    assert.equal((known.json['events'] as unknown[]).length, 1);
    assert.deepEqual(known.deps.calls, [['events', 'u', ['0:7'], 50]]);
    const unknown = await callOnce({}, 'GET', '/v1/users/unknown/events');
    assert.deepEqual([unknown.status, unknown.json['events']], [200, []]);
  });

  test('say where they are not to be had', async () => {
    const { status, json } = await callOnce({ activity: undefined! }, 'GET', '/v1/users');
    assert.equal(status, 503);
    assert.match(String(json['detail']), /embedded profile/);
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eraseUsersMax } from '../../api/schema/erasures.ts';
import { callOnce, startApi } from './harness.ts';
import type { Api } from './harness.ts';

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

function lastCall(): unknown {
  return api.deps.calls.at(-1);
}

describe('erasing', () => {
  test('takes one user of the path, when others may have come or now', async () => {
    const { status, json } = await api.call('DELETE', '/v1/users/a%2Fda');
    assert.deepEqual([status, json['erasureId'], json['state']], [202, 'e1', 'collecting']);
    assert.deepEqual(lastCall(), ['erase', ['a/da'], false]);
    await api.call('DELETE', '/v1/users/bo?now=true');
    assert.deepEqual(lastCall(), ['erase', ['bo'], true]);
    await api.call('DELETE', '/v1/users/bo?purge=true');
    assert.deepEqual(lastCall(), ['erase', ['bo'], false, 'purge']);
  });

  test('takes many of the body', async () => {
    const { status } = await api.call('POST', '/v1/erasures', { body: { users: ['ada', 'bo'] } });
    assert.equal(status, 202);
    assert.deepEqual(lastCall(), ['erase', ['ada', 'bo'], false]);
    await api.call('POST', '/v1/erasures', { body: { users: ['ada'], purge: true } });
    assert.deepEqual(lastCall(), ['erase', ['ada'], false, 'purge']);
  });

  test('refuses what it cannot read, and names the field', async () => {
    const many = Array.from({ length: eraseUsersMax + 1 }, (_, n) => `user-${String(n)}`);
    const bodies = [
      {},
      { users: [] },
      { users: [''] },
      { users: many },
      { users: ['a'], soon: true },
    ];
    for (const body of bodies) {
      const { status, json } = await api.call('POST', '/v1/erasures', { body });
      assert.equal(status, 400, JSON.stringify(body).slice(0, 80));
      const [error] = json['errors'] as readonly { readonly field: string }[];
      assert.match(String(error?.field), /^(users|soon)/);
    }
    assert.equal((await api.call('DELETE', '/v1/users/ada?now=perhaps')).status, 400);
    assert.equal((await api.call('DELETE', '/v1/users/ada?purge=all')).status, 400);
  });

  test('answers 404 for who is unknown, and does not repeat the id', async () => {
    const { status, text } = await api.call('POST', '/v1/erasures', {
      body: { users: ['unknown'] },
    });
    assert.equal(status, 404);
    assert.doesNotMatch(text, /unknown/);
  });

  test('tells how one stands, and lists all', async () => {
    assert.equal((await api.call('GET', '/v1/erasures/e1')).json['users'], 1);
    assert.equal((await api.call('GET', '/v1/erasures/e2')).status, 404);
    assert.equal((await api.call('GET', '/v1/erasures/first')).status, 400);
    const { json } = await api.call('GET', '/v1/erasures');
    assert.equal((json['erasures'] as readonly unknown[]).length, 1);
  });

  test('may be preceded by an export, a line of what was learned and one an event', async () => {
    const { status, headers, text } = await api.call('GET', '/v1/users/ada/export');
    assert.deepEqual([status, headers['content-type']], [200, 'application/x-ndjson']);
    assert.equal(text, '{"user":"ada","events":1}\n{"id":"a","position":"0:0"}\n');
    assert.equal((await api.call('GET', '/v1/users/unknown/export')).status, 404);
  });

  test('is 503 with the reason where users cannot be erased', async () => {
    const { erasures: _, ...without } = api.deps;
    const { status, json } = await callOnce(
      { ...without, erasures: undefined } as never,
      'DELETE',
      '/v1/users/ada',
    );
    assert.equal(status, 503);
    assert.match(String(json['detail']), /erases no users: ask one that does/);
  });
});

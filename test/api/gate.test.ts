import assert from 'node:assert/strict';
import { test, describe } from 'node:test';

import { isLoopback } from '../../api/gate.ts';
import type { Access } from '../../api/deps.ts';
import { KeyRing, keyDigest } from '../../api/key-ring.ts';
import { callOnce } from './harness.ts';

const loopback: Access = { kind: 'loopback' };
const key: Access = {
  kind: 'keys',
  keys: new KeyRing([{ name: 'own', scope: 'admin', sha256: keyDigest('sesame') }], () => 0),
};

describe('an API', () => {
  async function check(
    access: Access,
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    status: number,
  ): Promise<void> {
    const body = method === 'POST' ? { body: { type: 'play', user: 'u', item: 'i' } } : {};
    const answer = await callOnce({ access }, method, path, { headers, ...body });
    assert.equal(answer.status, status, answer.text);
    if (status >= 400) assert.equal(answer.json['status'], status);
  }
  const models = '/v1/models';

  test('serves this machine', () => check(loopback, 'GET', models, {}, 200));
  for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:1', '127.1.2.3', '[::1]:8080']) {
    test(`serves under the name ${host}`, () => check(loopback, 'GET', models, { host }, 200));
  }
  for (const host of [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '0.0.0.0',
  ]) {
    test(`does not serve under the name ${host}`, () =>
      check(loopback, 'GET', models, { host }, 421));
  }
  test('does not serve pages of other sites', () =>
    check(loopback, 'POST', '/v1/events', { origin: 'http://evil.example' }, 403));
  test('does not serve pages without an origin', () =>
    check(loopback, 'POST', '/v1/events', { origin: 'null' }, 403));
  test('serves its own pages', () =>
    check(loopback, 'POST', '/v1/events', { origin: 'http://localhost', host: 'localhost' }, 202));

  test('asks for its key', () => check(key, 'GET', models, {}, 401));
  test('asks for its key before it says what there is', () => check(key, 'GET', '/v2', {}, 401));
  test('refuses a wrong key', () => check(key, 'GET', models, { 'x-api-key': 'sesame!' }, 401));
  test('refuses an empty key', () => check(key, 'GET', models, { authorization: 'Bearer ' }, 401));
  test('refuses a key of another scheme', () =>
    check(key, 'GET', models, { authorization: 'Basic sesame' }, 401));
  test('takes its key as bearer', () =>
    check(key, 'GET', models, { authorization: 'bearer sesame' }, 200));
  test('takes its key by name', () => check(key, 'GET', models, { 'x-api-key': 'sesame' }, 200));
  test('with a key serves under any name', () =>
    check(key, 'GET', models, { 'x-api-key': 'sesame', host: 'api.example' }, 200));
  test('with a key answers probes without it', () => check(key, 'GET', '/health/live', {}, 200));
  test('with a key keeps its status', () => check(key, 'GET', '/v1/status', {}, 401));
  test('that is private serves whoever opens its socket', () =>
    check({ kind: 'private' }, 'GET', models, { host: 'anything' }, 200));
});

describe('an address', () => {
  function check(host: string, expected: boolean): void {
    assert.equal(isLoopback(host), expected);
  }
  for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1']) {
    test(`${host} is of this machine`, () => check(host, true));
  }
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'example.com',
    '::10',
    'localhost.example',
    '127.example.com',
  ]) {
    test(`${host} is of others`, () => check(host, false));
  }
});

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startApi } from './harness.ts';
import type { Api } from './harness.ts';

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

describe('a quarantine', () => {
  test('takes users and a range of positions', async () => {
    const body = { users: ['ada'], from: ['0:3'], to: ['0:7', '1:5'] };
    const { status, json } = await api.call('POST', '/v1/quarantines', { body });
    assert.deepEqual([status, json['quarantineId']], [202, 'q1']);
    const at = (partition: number, sequence: number) => ({ partition, sequence });
    assert.deepEqual(api.deps.calls.at(-1), [
      'quarantine',
      { users: ['ada'], from: [at(0, 3)], to: [at(0, 7), at(1, 5)] },
    ]);
  });

  test('takes a source in the place of users', async () => {
    const { status } = await api.call('POST', '/v1/quarantines', { body: { source: '/app' } });
    assert.equal(status, 202);
    assert.deepEqual(api.deps.calls.at(-1), [
      'quarantine',
      { users: [], source: '/app', from: [], to: [] },
    ]);
  });

  test('refuses what it cannot read, and names the field', async () => {
    const bodies = [
      {},
      { users: [] },
      { users: ['a'], from: ['7'] },
      { users: ['a'], source: 's' },
      { source: '' },
      { source: 'x'.repeat(257) },
    ];
    const fields = ['users', 'users', 'from.0', 'source', 'source', 'source'];
    for (const [index, body] of bodies.entries()) {
      const { status, json } = await api.call('POST', '/v1/quarantines', { body });
      assert.equal(status, 400);
      const [error] = json['errors'] as readonly { readonly field: string }[];
      assert.equal(error?.field.replace(/\[(\d)\]/, '.$1'), fields[index]);
    }
  });

  test('is lifted, told and listed', async () => {
    const lifted = await api.call('DELETE', '/v1/quarantines/q1');
    assert.deepEqual([lifted.status, lifted.json['state']], [202, 'lifting']);
    assert.equal((await api.call('GET', '/v1/quarantines/q1')).json['events'], 2);
    assert.equal((await api.call('GET', '/v1/quarantines/q2')).status, 404);
    assert.equal((await api.call('GET', '/v1/quarantines/x')).status, 400);
    assert.equal((await api.call('GET', '/v1/quarantines')).status, 200);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RepriseError } from '../../../events/error.ts';
import { connectWith } from '../../../processes/cli/client.ts';
import type { ConnectDeps } from '../../../processes/cli/client.ts';
import { startCli } from './harness.ts';

const { signal } = new AbortController();

function deps(more: Partial<ConnectDeps>): ConnectDeps {
  return {
    socketPath: () => '/nowhere/api.sock',
    isThere: () => true,
    startCore: () => Promise.reject(new Error('no core is started here')),
    signal,
    ...more,
  };
}

test('a running server is used', async () => {
  const cli = await startCli();
  const client = await connectWith(deps({ socketPath: () => cli.socketPath }), 'data', {});
  assert.equal(client.own, false);
  assert.equal((await client.http.json<{ release: string }>('GET', '/v1/status')).release, '0.1.0');
  await client.close();
  await cli.close();
});

test('without a server the core is started in this process and closed again', async () => {
  const cli = await startCli();
  let closed = 0;
  const startCore: ConnectDeps['startCore'] = (data, options) => {
    assert.deepEqual([data, options], ['data', { durable: 'lazy' }]);
    const close = (): Promise<void> => Promise.resolve(void (closed += 1));
    return Promise.resolve({ socketPath: cli.socketPath, close });
  };
  const client = await connectWith(deps({ startCore }), 'data', { durable: 'lazy' });
  assert.equal(client.own, true);
  await client.http.json('GET', '/v1/status');
  await client.close();
  assert.equal(closed, 1);
  await cli.close();
});

test('a folder that a server is just opening is waited for', async () => {
  const cli = await startCli();
  const inUse = new RepriseError('CONFLICT', 'in use by process 7', { pid: 7 });
  let looks = 0;
  const socketPath = (): string => {
    looks += 1;
    return looks < 2 ? '/nowhere/api.sock' : cli.socketPath;
  };
  const startCore = (): Promise<never> => Promise.reject(inUse);
  const client = await connectWith(deps({ socketPath, startCore }), 'data', {});
  assert.equal(client.own, false);
  await client.close();
  await cli.close();
});

test('any other conflict is told at once', async () => {
  let starts = 0;
  const startCore = (): Promise<never> => {
    starts += 1;
    return Promise.reject(new RepriseError('CONFLICT', 'made with 2 partitions'));
  };
  await assert.rejects(connectWith(deps({ startCore }), 'data', {}), /made with 2 partitions/);
  assert.equal(starts, 1);
});

test('a command that only reads makes no data folder', async () => {
  const isThere = (): boolean => false;
  await assert.rejects(
    connectWith(deps({ isThere }), 'data', {}),
    /there is no data folder at data/,
  );
  await assert.rejects(
    connectWith(deps({ isThere }), 'data', { create: true }),
    /no core is started/,
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hasCode } from '../../../events/error.ts';
import { startCore } from '../../../processes/core.ts';

describe('the port of a core', () => {
  const taken = createServer();
  let folder = '';
  let port = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-port-'));
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    port = (taken.address() as AddressInfo).port;
  });

  after(async () => {
    taken.close();
    await rm(folder, { recursive: true, force: true });
  });

  const start = (orAnyPort: boolean) =>
    startCore({ data: folder, listen: { host: '127.0.0.1', port, orAnyPort }, durable: 'off' });

  it('is refused with its remedy where it was asked for and is in use', async () => {
    await assert.rejects(start(false), (error) => {
      assert.ok(hasCode(error, 'CONFLICT'));
      assert.match(error.message, /is in use: choose another with --port$/);
      return true;
    });
  });

  it('is another free one where nobody asked for it, in the same folder', async () => {
    const core = await start(true);
    assert.notEqual(core.url, `http://127.0.0.1:${String(port)}`);
    const answer = await fetch(`${core.url ?? ''}/health/live`);
    assert.equal(answer.status, 200);
    await core.close();
  });
});

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { afterEach, describe, it } from 'node:test';

import { startProbe } from '../../../../processes/cluster/servers/probe.ts';
import type { Probe, ProbeDeps } from '../../../../processes/cluster/servers/probe.ts';

let probe: Probe | undefined;

afterEach(async () => {
  await probe?.close();
  probe = undefined;
});

async function probing(deps: Partial<ProbeDeps>): Promise<string> {
  probe = await startProbe({ host: '127.0.0.1', port: 0, awaited: () => [], ...deps });
  return probe.url;
}

describe('the probe of a process', () => {
  it('is live, and ready once nothing is awaited', async () => {
    let awaited = ['kafka at kafka:9092'];
    const url = await probing({ awaited: () => awaited });
    const live = await fetch(`${url}/health/live`);
    assert.deepEqual([live.status, await live.json()], [200, { live: true }]);
    const early = await fetch(`${url}/health/ready`);
    assert.deepEqual([early.status, await early.json()], [503, { ready: false, awaited }]);
    awaited = [];
    const ready = await fetch(`${url}/health/ready?verbose`);
    assert.deepEqual([ready.status, await ready.json()], [200, { ready: true, awaited: [] }]);
  });

  it('is not live where the process cannot go on', async () => {
    const url = await probing({ broken: () => 'fenced by another' });
    const live = await fetch(`${url}/health/live`);
    assert.deepEqual(
      [live.status, await live.json()],
      [503, { live: false, broken: 'fenced by another' }],
    );
  });

  it('tells what was measured, where anything is', async () => {
    const told = { contentType: 'text/plain; version=0.0.4', text: 'seen_total 1\n' };
    const url = await probing({ exposition: () => Promise.resolve(told) });
    const answer = await fetch(`${url}/metrics`);
    assert.deepEqual(
      [answer.status, answer.headers.get('content-type'), await answer.text()],
      [200, told.contentType, told.text],
    );
    await probe?.close();
    assert.equal((await fetch(`${await probing({})}/metrics`)).status, 404);
    await probe?.close();
    const failing = await probing({ exposition: () => Promise.reject(new Error('gone')) });
    assert.equal((await fetch(`${failing}/metrics`)).status, 500);
  });

  it('answers nothing else', async () => {
    const url = await probing({});
    assert.equal((await fetch(`${url}/v1/status`)).status, 404);
    const posted = await fetch(`${url}/health/live`, { method: 'POST', body: 'x' });
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.get('allow'), 'GET, HEAD');
    assert.equal((await fetch(`${url}/health/live`, { method: 'HEAD' })).status, 200);
  });

  it('names the port that is taken and the variable to choose another', async () => {
    const port = Number(new URL(await probing({})).port);
    await assert.rejects(startProbe({ host: '127.0.0.1', port, awaited: () => [] }), {
      code: 'UNAVAILABLE',
      message: `port ${String(port)} of 127.0.0.1 is in use: choose another with REPRISE_PROBE_PORT`,
    });
  });

  it('closes although a connection idles', async () => {
    const { port, hostname } = new URL(await probing({}));
    const socket = connect(Number(port), hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.on('error', () => undefined);
    await probe?.close();
    probe = undefined;
    socket.destroy();
  });
});

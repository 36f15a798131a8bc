import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/deps.ts';
import { listen } from '../../api/server.ts';
import type { Listening } from '../../api/server.ts';
import { hasCode } from '../../events/error.ts';
import { fakeDeps, send } from './harness.ts';
import { keyedAccess } from './keys.ts';

const host = '127.0.0.1';

function serve(overrides: Partial<ApiDeps> = {}, graceMs?: number): Promise<Listening> {
  return listen(createApp(fakeDeps(overrides)), { host, port: 0, keyed: false }, graceMs);
}

describe('listen', () => {
  test('draws a free port', async () => {
    const server = await serve();
    const { port = 0 } = server;
    const { status } = await send({ port }, 'GET', '/health/live');
    await server.close();
    assert.equal(status, 200);
    await assert.rejects(send({ port }, 'GET', '/health/live'), /ECONNREFUSED/);
  });

  test('names --port when the port is in use', async () => {
    const server = await serve();
    const again = listen(createApp(fakeDeps()), { host, port: server.port ?? 0, keyed: false });
    await assert.rejects(again, (error) => {
      assert.ok(hasCode(error, 'CONFLICT'));
      assert.match(error.message, /port \d+ of 127\.0\.0\.1 is in use: choose another with --port/);
      return true;
    });
    await server.close();
  });

  for (const open of ['0.0.0.0', '::', 'example.com']) {
    test(`refuses ${open} without an API key`, async () => {
      const refused = listen(createApp(fakeDeps()), { host: open, port: 0, keyed: false });
      await assert.rejects(refused, (error) => {
        assert.ok(hasCode(error, 'INVALID'));
        assert.match(error.message, /set an API key/);
        return true;
      });
    });
  }

  test('takes every address with an API key', async () => {
    const deps = fakeDeps({ access: keyedAccess() });
    const server = await listen(createApp(deps), { host: '0.0.0.0', port: 0, keyed: true });
    const { status } = await send({ port: server.port ?? 0 }, 'GET', '/v1/models');
    await server.close();
    assert.equal(status, 401);
  });
});

describe('a socket file', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reprise-api-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is opened by its owner only, and takes the place of a stale one', async () => {
    const socketPath = join(folder, 'api.sock');
    await writeFile(socketPath, 'stale');
    const app = createApp(fakeDeps({ access: { kind: 'private' } }));
    const server = await listen(app, { socketPath });
    const { mode } = await stat(socketPath);
    const { status } = await send({ socketPath }, 'GET', '/v1/models');
    await server.close();
    assert.equal(mode & 0o777, 0o600);
    assert.equal(status, 200);
  });

  test('with too long a path names --data', async () => {
    const socketPath = join(folder, 'x'.repeat(100));
    await assert.rejects(
      listen(createApp(fakeDeps()), { socketPath }),
      /shorter folder with --data/,
    );
  });
});

describe('close', () => {
  test('lets a request in flight finish, then is done', async () => {
    let finish: () => void = () => undefined;
    let started: () => void = () => undefined;
    const inFlight = new Promise<void>((resolve) => (started = resolve));
    const { models } = fakeDeps();
    const server = await serve({
      models: {
        list: () =>
          new Promise((resolve) => {
            finish = () => void models.list().then(resolve);
            started();
          }),
      },
    });
    const answer = send({ port: server.port ?? 0 }, 'GET', '/v1/models');
    await inFlight;
    const closed = server.close();
    finish();
    assert.equal((await answer).status, 200);
    await closed;
  });

  test('ends a request that takes longer than the grace', async () => {
    let started: () => void = () => undefined;
    const inFlight = new Promise<void>((resolve) => (started = resolve));
    const list = (): Promise<never> =>
      new Promise(() => {
        started();
      });
    const server = await serve({ models: { list } }, 1);
    const answer = assert.rejects(send({ port: server.port ?? 0 }, 'GET', '/v1/models'), /hang up/);
    await inFlight;
    await server.close();
    await answer;
  });

  test('does not wait for a connection that idles, and may be called twice', async () => {
    const server = await serve();
    const socket = connect(server.port ?? 0, host);
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    socket.write('GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    await Promise.all([server.close(), server.close()]);
    await ended;
    assert.ok(socket.destroyed);
  });
});

describe('a caller that goes', () => {
  test('ends an export that nobody reads', async () => {
    let ended: () => void = () => undefined;
    const wasEnded = new Promise<void>((resolve) => (ended = resolve));
    const { maintenance } = fakeDeps();
    const server = await serve({
      maintenance: {
        ...maintenance,
        async *exportEvents() {
          try {
            for (let i = 0; ; i += 1) yield await Promise.resolve({ position: `0:${String(i)}` });
          } finally {
            ended();
          }
        },
      },
    });
    const socket = connect(server.port ?? 0, host);
    socket.write('GET /v1/events/export HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await new Promise<void>((resolve) => socket.once('data', () => resolve()));
    socket.destroy();
    await wasEnded;
    await server.close();
    assert.ok(socket.destroyed);
  });

  test('in the middle of its body is no failure of ours', async () => {
    const deps = fakeDeps();
    const server = await listen(createApp(deps), { host, port: 0, keyed: false });
    const socket = connect(server.port ?? 0, host);
    const head =
      'POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
    await new Promise<void>((resolve) => {
      socket.write(`${head}content-length: 100\r\n\r\n{"type"`, () => resolve());
    });
    socket.destroy();
    await server.close();
    assert.deepEqual(
      deps.logged.filter(({ message }) => message === 'a request failed'),
      [],
    );
  });
});

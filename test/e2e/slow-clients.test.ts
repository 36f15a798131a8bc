import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { madeEvents } from './made-events.ts';
import type { Server } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const idleConnections = 1_000;

describe('clients that are slow, silent or gone', () => {
  let world: World;
  let server: Server;
  const sockets: Socket[] = [];

  before(async () => {
    world = await createWorld();
    server = await world.serve(world.path('data'));
    await server.postAll(madeEvents(0, 500));
    await server.stand();
  });

  after(async () => {
    for (const socket of sockets) socket.destroy();
    await world.close();
  });

  async function open(): Promise<Socket> {
    const socket = connect(server.port, '127.0.0.1');
    // The server may end a connection at any moment: that is what these tests are about.
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  const head = (length: number): string =>
    'POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n' +
    `content-length: ${String(length)}\r\n\r\n`;

  async function assertServes(id: string): Promise<void> {
    const posted = await server.post({ id, type: 'play', user: 'user-1', item: 'odd-3' });
    assert.equal(posted.status, 202, posted.text);
    const [position] = posted.json['positions'] as readonly string[];
    const answer = await server.get(`/v1/users/user-1/recommendations?after=${position ?? ''}`);
    assert.deepEqual([answer.status, answer.json['basedOn']], [200, 'user']);
  }

  test('that drop in the middle of a body leave nothing behind', async () => {
    const { hash } = await server.stand();
    const body = JSON.stringify({ id: 'cut', type: 'play', user: 'user-1', item: 'odd-1' });
    for (const sent of [0, 5, body.length - 1]) {
      const socket = await open();
      socket.write(head(body.length) + body.slice(0, sent));
      await new Promise((resolve) => setTimeout(resolve, 20));
      socket.destroy();
    }
    assert.equal((await server.stand()).hash, hash);
    await assertServes('after-drops');
  });

  test('that leave in the middle of an export do not hold it up', async () => {
    const socket = await open();
    socket.write('GET /v1/events/export HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    await assertServes('after-export');
  });

  test('that open a request and never end it are told so after a while', async () => {
    const silent = await open();
    silent.write('POST /v1/events HTTP/1.1\r\nhost: localhost\r\n');
    const halfway = await open();
    halfway.write(`${head(1_000)}{"type":`);
    await assertServes('beside-slow-ones');
    const [[first], [second]] = (await Promise.all([
      once(silent, 'data'),
      once(halfway, 'data'),
    ])) as [[Buffer], [Buffer]];
    assert.match(first.toString(), /^HTTP\/1\.1 408 /);
    assert.match(second.toString(), /^HTTP\/1\.1 408 /);
    assert.match(second.toString(), /application\/problem\+json/);
  });

  test(`${String(idleConnections)} of them, and more that never finish, do not keep Ctrl-C waiting`, async () => {
    for (let made = 0; made < idleConnections; made += 100) {
      await Promise.all(Array.from({ length: 100 }, open));
    }
    await assertServes('beside-idle-ones');
    for (let i = 0; i < 20; i += 1) {
      const socket = await open();
      socket.write(i % 2 === 0 ? head(1_000) : 'GET /v1/st');
    }
    const reader = await open();
    // It asks for much and reads nothing of it.
    reader.pause();
    reader.write('GET /v1/events/export HTTP/1.1\r\nhost: localhost\r\n\r\n'.repeat(50));
    await assertServes('beside-unfinished-ones');
    const stand = await server.stand();
    const { exit, ms } = await server.interrupt();
    assert.equal(exit, 0, server.stderr);
    assert.ok(ms < 10_000);
    const again = await world.serve(world.path('data'));
    assert.deepEqual(await again.stand(), stand);
    await again.interrupt();
  });
});

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { MongoLink } from '../../../../adapters/cluster/mongo/mongo-link.ts';
import { MONGO_HELLO, MongoWireServer } from '../../../doubles/mongo-wire-server.ts';

const BOUNDS = { serverSelectionMsMax: 400, operationMsMax: 1_500 };

/** What the driver keeps to itself: there is no other way to a socket that has ended and wasn't told so yet. */
interface Inside {
  readonly topology: {
    readonly s: { readonly servers: ReadonlyMap<string, InsideServer> };
  };
}
interface InsideServer {
  readonly monitor: {
    readonly connection: { readonly socket: Socket } | null;
    requestCheck(): void;
  };
  readonly pool: { readonly connections: { toArray(): readonly { readonly socket: Socket }[] } };
}

function insideOf(client: MongoClient): InsideServer {
  const [server] = (client as unknown as Inside).topology.s.servers.values();
  assert.ok(server);
  return server;
}

describe('a client of a driver that hangs', () => {
  let isAnswering = true;
  const server = new MongoWireServer((command) =>
    'ping' in command && !isAnswering ? undefined : MONGO_HELLO,
  );
  let client: MongoClient;
  let link: MongoLink;
  const ping = (): Promise<unknown> => link.run(() => client.db('admin').command({ ping: 1 }));
  before(async () => {
    await server.start();
    client = new MongoClient(`mongodb://127.0.0.1:${String(server.port)}`, {
      serverSelectionTimeoutMS: BOUNDS.serverSelectionMsMax,
      connectTimeoutMS: BOUNDS.serverSelectionMsMax,
      socketTimeoutMS: 10_000,
    });
    await client.connect();
    link = new MongoLink(client, BOUNDS, 'here');
    await ping();
  });
  after(async () => {
    await link.close();
    await server.kill();
  });

  /** Pings until an answer comes; tells how many failed before. */
  async function failuresUntilAnswered(): Promise<number> {
    for (let failures = 0; ; failures += 1) {
      try {
        await ping();
        return failures;
      } catch (error) {
        assert.ok(failures < 20, String(error));
        await sleep(50);
      }
    }
  }

  it('is opened again when a monitor waits for a socket that has ended', async () => {
    const { monitor } = insideOf(client);
    const { connection } = monitor;
    assert.ok(connection);
    // A monitor that asked half a second ago would wait before it asks again.
    await sleep(600);
    // It asks between the end of its socket and the event that tells it so.
    connection.socket.destroy();
    monitor.requestCheck();
    isAnswering = false;
    const underWay = assert.rejects(ping());
    await sleep(100);
    await server.kill();
    await underWay;
    isAnswering = true;
    await server.start();
    const failures = await failuresUntilAnswered();
    assert.ok(failures > 0, 'the monitor did not hang: look whether the driver is mended');
    assert.notEqual(insideOf(client).monitor, monitor);
  });

  it('is opened again when an operation waits for a socket that has ended', async () => {
    const { pool } = insideOf(client);
    const sockets = pool.connections.toArray().map(({ socket }) => socket);
    assert.ok(sockets.length > 0);
    for (const socket of sockets) socket.destroy();
    await assert.rejects(ping(), { code: 'UNAVAILABLE', message: /within 1500 ms/ });
    await ping();
    assert.notEqual(insideOf(client).pool, pool);
  });

  it('is left alone while a server is away whose monitor goes on looking', async () => {
    const { monitor } = insideOf(client);
    isAnswering = false;
    const underWay = assert.rejects(ping());
    await sleep(100);
    await server.kill();
    await underWay;
    await assert.rejects(ping());
    isAnswering = true;
    await server.start();
    await failuresUntilAnswered();
    assert.equal(insideOf(client).monitor, monitor);
  });

  it('stays closed once it is closed', async () => {
    await link.close();
    await assert.rejects(ping());
    await assert.rejects(ping());
  });
});

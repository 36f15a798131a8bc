import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp2 } from 'node:http2';
import type { Http2Server } from 'node:http2';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { openFactSending } from '../../../../processes/cluster/fact-sending.ts';
import { openJournalStores } from '../../../../processes/cluster/journal-stores.ts';
import { persist } from '../../../../processes/cluster/servers/persisting.ts';
import { connectRedis } from '../../../../processes/cluster/servers/redis-link.ts';
import { connectTemporal } from '../../../../processes/cluster/servers/temporal.ts';
import { createLogger } from '../../../../processes/logger.ts';
import { startRefusingMongo } from '../../../doubles/refusing-mongo.ts';
import { configWith } from '../../config/cluster-environment.ts';

const SECRET = 'not-for-any-log';

/** Far past what a refusal takes, far below the wait for a server that is down. */
const AT_ONCE_MS_MAX = 60_000;
const WAIT_MS_MAX = 600_000;

const { signal } = new AbortController();
const logger = createLogger('silent');

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function portOf(server: Server | Http2Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server in the place of Temporal's that answers every call with a status of gRPC. */
async function startTemporal(status: number, message: string): Promise<string> {
  const server = createHttp2();
  server.on('session', (session) => closers.push(() => session.destroy()));
  server.on('stream', (stream) => {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc',
        'grpc-status': String(status),
        'grpc-message': message,
      },
      { endStream: true },
    );
  });
  return `127.0.0.1:${String(await portOf(server))}`;
}

/** A server in the place of Redis that answers every command with a refusal. */
async function startRedis(reply: string): Promise<string> {
  const server = createServer((socket) => {
    closers.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('data', (piece: Buffer) => {
      const commands = piece.toString().match(/^\*\d+\r$/gm) ?? [];
      for (const _ of commands) socket.write(`-${reply}\r\n`);
    });
  });
  return `redis://127.0.0.1:${String(await portOf(server))}`;
}

/** Fails unless the work is refused soon, with words that tell the variable and never the secret. */
async function isRefusedAtOnce(work: () => Promise<unknown>, ...words: readonly RegExp[]) {
  const startMs = performance.now();
  await assert.rejects(work, (error: Error & { code?: unknown }) => {
    assert.equal(error.code, 'INVALID', error.message);
    for (const word of words) assert.match(error.message, word);
    assert.ok(!error.message.includes(SECRET), 'a secret stands in the message');
    return true;
  });
  const ms = performance.now() - startMs;
  assert.ok(ms < AT_ONCE_MS_MAX, `it was told after ${String(ms)} ms`);
}

describe('credentials that are refused', () => {
  const waitMsMax = WAIT_MS_MAX;

  it('end the wait for MongoDB', async () => {
    const mongo = await startRefusingMongo();
    closers.push(() => mongo.close());
    const url = `mongodb://user:${SECRET}@127.0.0.1:${String(mongo.port)}/?authSource=admin`;
    const config = configWith({ REPRISE_MONGO_URL: url });
    const open = (): Promise<unknown> => openJournalStores(config, Date.now);
    await isRefusedAtOnce(
      () => persist(open, { logger, signal, waitMsMax, what: 'open the journal' }),
      ...[/refuses the credentials: check user, password/, /REPRISE_MONGO_URL/],
    );
    assert.ok(mongo.tries > 0);
  });

  for (const [status, said] of [
    [16, 'the key is unknown'],
    [7, 'the certificate is nobody’s'],
  ] as const) {
    it(`end the wait for Temporal, which answers ${String(status)}`, async () => {
      const address = await startTemporal(status, encodeURIComponent(said));
      const changes = { REPRISE_TEMPORAL_ADDRESS: address };
      const connect = (): Promise<unknown> => connectTemporal(configWith(changes, 'worker'));
      await isRefusedAtOnce(
        () => persist(connect, { logger, signal, waitMsMax, what: 'connect to temporal' }),
        ...[/refuses this process/, /REPRISE_TEMPORAL_API_KEY and its TLS files/],
      );
    });
  }

  for (const [reply, said] of [
    ['WRONGPASS invalid username-password pair', /refuses the password/],
    ['NOAUTH Authentication required.', /asks for a password/],
  ] as const) {
    it(`end the wait for Redis, which answers ${reply.split(' ')[0] ?? ''}`, async () => {
      const changes = {
        REPRISE_REDIS_URL: await startRedis(reply),
        REPRISE_REDIS_PASSWORD: SECRET,
        REPRISE_DEPENDENCY_WAIT_MS_MAX: String(waitMsMax),
        // Asked after Redis alone: a trainer and an indexer do not come so far.
        REPRISE_KAFKA_BROKERS: '127.0.0.1:1',
      };
      const words = [said, /REPRISE_REDIS_URL and REPRISE_REDIS_PASSWORD/];
      for (const kind of ['api', 'ingest', 'worker'] as const) {
        const config = configWith(changes, kind);
        await isRefusedAtOnce(() => connectRedis({ config, logger, signal }), ...words);
      }
      for (const kind of ['trainer', 'indexer'] as const) {
        const config = configWith(changes, kind);
        await isRefusedAtOnce(() => openFactSending({ config, logger, signal }), ...words);
      }
    });
  }
});

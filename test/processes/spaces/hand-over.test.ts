import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { handOver } from '../../../processes/spaces/hand-over.ts';
import { send } from '../../api/harness.ts';
import { socketServer } from './crossing-world.ts';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that hands everything over to another one. */
interface Front {
  readonly port: number;
  /** How handing over ended, in order: what it threw, or nothing. */
  readonly ended: unknown[];
}

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function front(socketPath: string): Promise<Front> {
  const agent = new Agent({ keepAlive: true });
  const ended: unknown[] = [];
  const server = createServer((request, response) => {
    handOver(request, response, { socketPath, agent, key: 'of-acme', name: 'acme' }).then(
      () => ended.push(undefined),
      (error: unknown) => {
        ended.push(error);
        response.writeHead(503).end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    agent.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  });
  return { port: (server.address() as AddressInfo).port, ended };
}

async function between(handle: Handle): Promise<Front> {
  const space = await socketServer(handle);
  closers.push(() => space.close());
  return front(space.socketPath);
}

/** Sends a request and gives its answer's head; the body is still to be read. */
async function open(
  port: number,
  headers: OutgoingHttpHeaders = {},
): Promise<{ readonly answer: IncomingMessage; readonly leave: () => void }> {
  const sent = httpRequest({ host: '127.0.0.1', port, headers, agent: false });
  sent.end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  sent.on('error', () => undefined);
  return { answer, leave: () => void sent.destroy() };
}

async function until(look: () => boolean): Promise<void> {
  const endMs = performance.now() + 60_000;
  while (!look()) {
    assert.ok(performance.now() < endMs, 'it never came');
    await sleep(5);
  }
}

describe('handing a request over', () => {
  test('sends on what is of the request, with the one key, and nothing of the connection', async () => {
    const seen: IncomingMessage[] = [];
    const { port } = await between((request, response) => {
      seen.push(request);
      response.writeHead(418, { 'x-answer': 'a', connection: 'close' }).end('tea');
    });
    const answer = await send({ port }, 'DELETE', '/v1/users/%2Fa?b=c', {
      headers: {
        ...{ authorization: 'Bearer other', 'x-api-key': 'other', 'x-kept': 'kept' },
        ...{ connection: 'x-named, content-length', 'x-named': 'n', 'proxy-authorization': 'p' },
      },
      body: { a: 1 },
    });
    assert.deepEqual([answer.status, answer.text, answer.headers['x-answer']], [418, 'tea', 'a']);
    const [request] = seen;
    assert.deepEqual([request?.method, request?.url], ['DELETE', '/v1/users/%2Fa?b=c']);
    const { headers = {} } = request ?? {};
    assert.deepEqual([headers['x-api-key'], headers['x-kept']], ['of-acme', 'kept']);
    assert.equal(headers['content-length'], '7');
    for (const gone of ['authorization', 'x-named', 'proxy-authorization', 'upgrade'])
      assert.equal(headers[gone], undefined, gone);
  });

  test('carries a long body up and down, whole, while one side is slow', async () => {
    const { port } = await between((request, response) => {
      response.writeHead(200);
      void (async () => {
        for await (const chunk of request as AsyncIterable<Buffer>) {
          if (!response.write(chunk)) await once(response, 'drain');
        }
        response.end();
      })();
    });
    const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', agent: false });
    const given = createHash('sha256');
    const writing = (async () => {
      for (let n = 0; n < 256; n += 1) {
        const chunk = Buffer.alloc(65_536, n);
        given.update(chunk);
        if (!sent.write(chunk)) await once(sent, 'drain');
      }
      sent.end();
    })();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const got = createHash('sha256');
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (bytes < 1_000_000) await sleep(2);
      bytes += chunk.length;
      got.update(chunk);
    }
    await writing;
    assert.equal(bytes, 256 * 65_536);
    assert.equal(got.digest('hex'), given.digest('hex'));
  });

  test('shows the head of a stream before its first line, and ends the stream when its reader leaves', async () => {
    const streams: ServerResponse[] = [];
    let closed = 0;
    const { port, ended } = await between((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      response.once('close', () => (closed += 1));
      streams.push(response);
    });
    const { answer, leave } = await open(port);
    assert.equal(answer.headers['content-type'], 'text/event-stream');
    streams[0]?.write('data: 1\n\n');
    const [line] = (await once(answer, 'data')) as [Buffer];
    assert.equal(line.toString(), 'data: 1\n\n');
    answer.on('error', () => undefined);
    leave();
    await until(() => closed === 1 && ended.length === 1);
    assert.deepEqual(ended, [undefined]);
  });

  test('breaks an answer off where the space does', async () => {
    const { port } = await between((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    const { answer } = await open(port);
    await assert.rejects(answer.toArray(), { code: 'ECONNRESET' });
  });

  test('says that a space is not there, or broke off before it answered', async () => {
    const nobody = await front('/nowhere/key.sock');
    assert.equal((await send(nobody, 'GET', '/v1/status')).status, 503);
    const broken = await between((request) => request.socket.destroy());
    assert.equal((await send(broken, 'POST', '/v1/events', { body: { a: 1 } })).status, 503);
    for (const error of [...nobody.ended, ...broken.ended]) {
      assert.equal((error as { code?: unknown }).code, 'UNAVAILABLE');
      assert.match(String(error), /the space acme did not answer/);
    }
    assert.equal(nobody.ended.length + broken.ended.length, 2);
  });

  test('closes a connection whose request was answered before it was read', async () => {
    const { port, ended } = await between((_request, response) => response.writeHead(413).end());
    const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', agent: false });
    sent.on('error', () => undefined);
    sent.write('the first of much');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    assert.deepEqual([answer.statusCode, answer.headers.connection], [413, 'close']);
    answer.resume();
    await once(sent, 'close');
    await until(() => ended.length === 1);
  });
});

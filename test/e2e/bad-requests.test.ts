import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';

import { madeEvents } from './made-events.ts';
import type { Answer, Json, Server, Stand } from './server.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

const JSON_TYPE = 'application/json';
const NDJSON_TYPE = 'application/x-ndjson';
const play = { type: 'play', user: 'user-1', item: 'odd-1' };
const good = JSON.stringify(play);

/** A request that is refused: method, path, body and its type, the status, and the field that is at fault. */
interface Bad {
  readonly what: string;
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly type?: string;
  readonly status: number;
  readonly field?: string;
  /** What the detail or the reason of the field has to say: the remedy. */
  readonly says: RegExp;
}

const event = (fields: object): string => JSON.stringify({ ...play, ...fields });

const BAD_EVENTS: readonly Bad[] = [
  { what: 'malformed JSON', body: '{"type":"play"', status: 400, says: /not valid JSON/ },
  {
    what: 'an unknown type',
    body: event({ type: 'no-such-type' }),
    status: 422,
    field: 'type',
    says: /view, add, play/,
  },
  {
    what: 'a missing field',
    body: '{"type":"play","user":"u"}',
    status: 400,
    field: 'item',
    says: /item/,
  },
  { what: 'a wrong type', body: event({ user: 7 }), status: 400, field: 'user', says: /string/ },
  {
    what: 'NaN',
    body: `{"type":"play","user":"u","item":"i","value":NaN}`,
    status: 400,
    says: /not valid JSON/,
  },
  {
    what: 'a number past the largest',
    body: `{"type":"play","user":"u","item":"i","value":1e999}`,
    status: 400,
    field: 'value',
    says: /number/,
  },
  {
    what: 'a JSON body over 1 MiB',
    body: event({ context: { text: 'x'.repeat(1_048_577) } }),
    status: 413,
    says: /ndjson/,
  },
  {
    what: 'an NDJSON stream of 100,001 events',
    body: new Array(100_001).fill(good).join('\n'),
    type: NDJSON_TYPE,
    status: 413,
    says: /100000 events: send it in parts/,
  },
  {
    what: 'an NDJSON stream whose last line is broken',
    body: `${good}\n${good}\n{"type":"play","user":"u"}`,
    type: NDJSON_TYPE,
    status: 400,
    field: 'item',
    says: /line 3/,
  },
  {
    what: 'a user with NUL',
    body: event({ user: 'a\0b' }),
    status: 400,
    field: 'user',
    says: /NUL/,
  },
  {
    what: 'an item with NUL',
    body: event({ item: '\0' }),
    status: 400,
    field: 'item',
    says: /NUL/,
  },
  {
    what: 'an id of 257 bytes',
    body: event({ item: 'é'.repeat(128) + 'x' }),
    status: 400,
    field: 'item',
    says: /256 bytes/,
  },
  {
    what: 'half a surrogate pair',
    body: '{"type":"play","user":"\\ud800","item":"i"}',
    status: 400,
    field: 'user',
    says: /UTF-8/,
  },
  {
    what: '__proto__ as a field',
    body: '{"type":"play","user":"u","item":"i","__proto__":{"admin":true}}',
    status: 400,
    field: '__proto__',
    says: /field/,
  },
  {
    what: 'a time in the year 2100',
    body: event({ time: '2100-01-01T00:00:00Z' }),
    status: 422,
    field: 'time',
    says: /ahead/,
  },
  {
    what: 'an array whose second event is bad',
    body: `[${good},${event({ type: 'dance' })}]`,
    status: 422,
    field: '[1].type',
    says: /view, add, play/,
  },
  { what: 'a form', body: 'a=b', type: 'text/plain', status: 415, says: /application\/json/ },
];

const users = '/v1/users/user-1/recommendations';
const get = { method: 'GET' } as const;

const BAD_ROUTES: readonly Bad[] = [
  ...['-1', '0', '101', 'abc', '1.5', ''].map((n) => ({
    ...get,
    what: `n=${n}`,
    path: `${users}?n=${n}`,
    status: 400,
    field: 'n',
    says: /1 to 100|between 1 and 100/,
  })),
  {
    ...get,
    what: 'n twice',
    path: `${users}?n=1&n=2`,
    status: 400,
    field: 'n',
    says: /once|1 to 100/,
  },
  {
    ...get,
    what: 'an unknown parameter',
    path: `${users}?m=1`,
    status: 400,
    field: 'm',
    says: /m/,
  },
  {
    ...get,
    what: 'a bad position',
    path: `${users}?after=7`,
    status: 400,
    field: 'after[0]',
    says: /0:1234/,
  },
  {
    ...get,
    what: 'malformed percent-encoding',
    path: '/v1/users/%zz/recommendations',
    status: 400,
    says: /percent/,
  },
  {
    ...get,
    what: 'percent-encoded bytes that are not UTF-8',
    path: '/v1/users/%ff',
    status: 400,
    says: /UTF-8/,
  },
  {
    ...get,
    what: 'a user with NUL',
    path: '/v1/users/a%00b',
    status: 400,
    field: 'id',
    says: /NUL/,
  },
  {
    ...get,
    what: 'a user of 257 bytes',
    path: `/v1/users/${'a'.repeat(257)}`,
    status: 400,
    field: 'id',
    says: /256 bytes/,
  },
  { ...get, what: 'an unknown route', path: '/v1/nothing', status: 404, says: /docs|openapi/ },
  { ...get, what: 'an unknown item', path: '/v1/items/never-met', status: 404, says: /item/ },
  {
    ...get,
    what: 'a user named __proto__ who is unknown',
    path: '/v1/users/__proto__',
    status: 404,
    says: /user/,
  },
  { what: 'an unknown method', method: 'PATCH', path: '/v1/events', status: 405, says: /POST/ },
  {
    what: 'a method of another route',
    method: 'DELETE',
    path: '/v1/status',
    status: 405,
    says: /GET/,
  },
  {
    what: 'metadata that are no object',
    method: 'PUT',
    path: '/v1/items/odd-1',
    body: '[1]',
    status: 400,
    says: /object/,
  },
  {
    what: 'metadata over 1 MiB',
    method: 'PUT',
    path: '/v1/items/odd-1',
    body: JSON.stringify({ title: 'x'.repeat(1_048_577) }),
    status: 413,
    says: /bytes/,
  },
  {
    what: 'an unknown projection',
    method: 'POST',
    path: '/v1/projections/rebuild',
    body: '{"projections":["nothing"]}',
    status: 422,
    field: 'projections',
    says: /choose from/,
  },
];

let world: World;
let server: Server;
let stand: Stand;

before(async () => {
  world = await createWorld();
  server = await world.serve(world.path('data'), { partitions: 2 });
  await server.postAll(madeEvents(0, 500));
  stand = await server.stand();
});

after(async () => {
  await server.interrupt();
  assert.doesNotMatch(server.stderr, /"level":50/, 'an error was logged');
  await world.close();
});

function assertProblem(answer: Answer, { status, field, says }: Bad): void {
  const { json, text } = answer;
  assert.equal(answer.status, status, text.slice(0, 500));
  assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/);
  assert.equal(json['status'], status);
  const errors = (json['errors'] ?? []) as readonly Json[];
  if (field !== undefined) assert.equal(errors[0]?.['field'], field, text.slice(0, 500));
  assert.match(`${String(json['detail'])} ${JSON.stringify(errors)}`, says);
  assert.doesNotMatch(text, /\bat .*\.[jt]s:\d+/, 'a stack trace was sent');
  assert.ok(text.length < 4_000, 'the answer repeats the request');
}

describe('a running server refuses', () => {
  for (const bad of [...BAD_EVENTS, ...BAD_ROUTES]) {
    test(bad.what, async () => {
      const { method = 'POST', path = '/v1/events', body, type = JSON_TYPE } = bad;
      const sent = body === undefined ? [] : [body, type];
      assertProblem(await server.call(method, path, ...sent), bad);
    });
  }

  test('headers that are too large, with a status', async () => {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `GET /health/live HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`,
    );
    await closed;
    assert.match(text, /^HTTP\/1\.1 431 /);
  });

  test('bytes that are no HTTP, with a status', async () => {
    const socket = connect(server.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.end('\x16\x03\x01 hello\r\n\r\n');
    await once(socket, 'close');
    assert.match(text, /^HTTP\/1\.1 400 /);
  });

  test('all of it, and nothing of it is in the journal or in the state', async () => {
    assert.deepEqual(await server.stand(), stand);
    assert.equal((await server.get('/health/ready')).status, 200);
    const unknown = await server.get('/v1/users/u');
    assert.equal(unknown.status, 404);
  });
});

describe('a running server takes', () => {
  test('__proto__ and its like as user, item and key of metadata and context', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const body = `{"type":"play","user":"${name}","item":"${name}","context":{"${name}":{"admin":true}}}`;
      const posted = await server.call('POST', '/v1/events', body, JSON_TYPE);
      assert.equal(posted.status, 202, posted.text);
      const [position] = posted.json['positions'] as readonly string[];
      const answer = await server.get(`/v1/users/${name}/recommendations?after=${position ?? ''}`);
      assert.equal(answer.json['basedOn'], 'user', answer.text);
      assert.ok(!answer.text.includes(`"id":"${name}"`));
      const metadata = `{"${name}":{"admin":true},"title":"T ${name}"}`;
      const put = await server.call('PUT', `/v1/items/${name}`, metadata, JSON_TYPE);
      assert.equal(put.status, 202, put.text);
      await server.stand();
      const item = await eventually(`/v1/items/${name}`, (text) => text.includes(`T ${name}`));
      assert.ok(item.includes(`"metadata":${metadata}`), item);
    }
    const plain = await server.get('/v1/users/user-1');
    assert.equal(plain.json['admin'], undefined);
    const { text } = await server.get('/v1/events/export');
    assert.ok(text.includes('"context":{"__proto__":{"admin":true}}'));
    const verified = await server.call('POST', '/v1/verifications', '{}', JSON_TYPE);
    assert.equal(verified.json['equal'], true, verified.text);
  });

  test('ids of 256 bytes and of any letters', async () => {
    const user = 'é'.repeat(128);
    const item = '🎵/ ?#%\u202e';
    const posted = await server.post({ type: 'play', user, item });
    assert.equal(posted.status, 202, posted.text);
    const [position] = posted.json['positions'] as readonly string[];
    const query = `?after=${position ?? ''}`;
    const answer = await server.get(
      `/v1/users/${encodeURIComponent(user)}/recommendations${query}`,
    );
    assert.equal(answer.json['basedOn'], 'user', answer.text);
    const known = await server.get(`/v1/items/${encodeURIComponent(item)}`);
    assert.equal(known.json['id'], item, known.text);
  });
});

/** Asks until the item catalogue, which has a position of its own, has come so far. */
async function eventually(path: string, holds: (text: string) => boolean): Promise<string> {
  for (;;) {
    const { text } = await server.get(path);
    if (holds(text)) return text;
  }
}

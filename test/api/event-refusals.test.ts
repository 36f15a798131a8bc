import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { startApi } from './harness.ts';
import type { Api, Sent } from './harness.ts';

const play = { type: 'play', user: 'u1', item: 'i1' };
const ndjson = { 'content-type': 'application/x-ndjson' };
const cloud = { specversion: '1.0', id: '1', source: '/app', type: 'com.example.play' };
const cloudType = { 'content-type': 'application/cloudevents+json' };
const batchType = { 'content-type': 'application/cloudevents-batch+json' };
const data = { user: 'u1', item: 'i1' };

let api: Api;
before(async () => {
  api = await startApi();
});
after(() => api.close());

describe('POST /v1/events refuses', () => {
  /** Expects a status and the field at fault, and that nothing was appended. */
  async function check(sent: Sent, status: number, field?: string): Promise<void> {
    const head = api.deps.journal.head(0);
    const { json, headers } = await api.call('POST', '/v1/events', sent);
    assert.equal(json['status'], status, JSON.stringify(json));
    assert.equal(headers['content-type'], 'application/problem+json; charset=utf-8');
    const errors = (json['errors'] ?? []) as { readonly field: string; readonly line?: number }[];
    const [first] = errors;
    const line = first?.line === undefined ? '' : `line ${String(first.line)}: `;
    assert.equal(first === undefined ? undefined : `${line}${first.field}`, field);
    assert.equal(api.deps.journal.head(0), head, 'nothing may be appended');
  }
  const event = (fields: object): Sent => ({ body: { ...play, ...fields } });
  const json = (body: string): Sent => ({ body });
  const lines = (...body: readonly string[]): Sent => ({ body: body.join('\n'), headers: ndjson });
  const good = JSON.stringify(play);

  const cases: readonly (readonly [string, Sent, number, string?])[] = [
    ['malformed JSON', json('{"type":'), 400],
    ['an empty body', json(''), 400, ''],
    ['null', json('null'), 400, ''],
    ['a number', json('3'), 400, ''],
    ['NaN', json('{"type":"play","user":"u","item":"i","value":NaN}'), 400],
    [
      'a value past the largest number',
      json(`{"type":"play","user":"u","item":"i","value":1e999}`),
      400,
      'value',
    ],
    ['JSON that is not UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400],
    ['a missing user', { body: { type: 'play', item: 'i' } }, 400, 'user'],
    ['a missing item', { body: { type: 'play', user: 'u' } }, 400, 'item'],
    ['a missing type', { body: { user: 'u', item: 'i' } }, 400, 'type'],
    ['a number as user', event({ user: 7 }), 400, 'user'],
    ['a text as value', event({ value: '3' }), 400, 'value'],
    ['null as value', event({ value: null }), 400, 'value'],
    ['a list as context', event({ context: [] }), 400, 'context'],
    ['a context over 4 KiB', event({ context: { a: 'x'.repeat(4_096) } }), 400, 'context'],
    [
      'a context nested too deep',
      json(
        `{"type":"play","user":"u","item":"i","context":{"a":${'['.repeat(400_000)}${']'.repeat(400_000)}}}`,
      ),
      400,
      'context',
    ],
    ['an empty id', event({ user: '' }), 400, 'user'],
    ['an id with NUL', event({ item: 'a\0b' }), 400, 'item'],
    ['an id of 257 bytes', event({ user: 'a'.repeat(257) }), 400, 'user'],
    ['an id of 129 characters and 258 bytes', event({ user: 'é'.repeat(129) }), 400, 'user'],
    ['half a surrogate pair', json('{"type":"play","user":"\\ud800","item":"i"}'), 400, 'user'],
    ['an event id of 257 bytes', event({ id: 'a'.repeat(257) }), 400, 'id'],
    ['an unknown field', event({ rating: 3 }), 400, 'rating'],
    [
      '__proto__ as a field',
      json('{"type":"play","user":"u","item":"i","__proto__":{}}'),
      400,
      '__proto__',
    ],
    ['a time in words', event({ time: 'yesterday' }), 400, 'time'],
    ['a time as a number', event({ time: 5 }), 400, 'time'],
    ['a 30th of February', event({ time: '2024-02-30T00:00:00Z' }), 400, 'time'],
    ['a time in the year 2100', event({ time: '2100-01-01T00:00:00Z' }), 422, 'time'],
    ['a time before 1970', event({ time: '1969-12-31T23:59:59Z' }), 422, 'time'],
    ['an unknown type', event({ type: 'dance' }), 422, 'type'],
    ['a type that is a name of JavaScript', event({ type: '__proto__' }), 422, 'type'],
    ['a bad event in an array', { body: [play, { ...play, user: 1 }] }, 400, '[1].user'],
    ['an unknown type in an array', { body: [play, { ...play, type: 'dance' }] }, 422, '[1].type'],
    ['an array of 1,001 events', { body: Array.from({ length: 1_001 }, () => play) }, 413],
    ['a body over 1 MiB', json(`"${'x'.repeat(1_048_576)}"`), 413],
    ['a body far over 1 MiB', json(`"${'x'.repeat(12_000_000)}"`), 413],
    [
      'a body over 1 MiB of unknown length',
      {
        body: `"${'x'.repeat(1_048_576)}"`,
        headers: { 'content-length': undefined, 'transfer-encoding': 'chunked' },
      },
      413,
    ],
    ['no content type', { body: good, headers: { 'content-type': undefined } }, 415],
    [
      'a form',
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
    ],
    ['plain text', { body: good, headers: { 'content-type': 'text/plain' } }, 415],
    ['a compressed body', { body: good, headers: { 'content-encoding': 'gzip' } }, 415],
    ['a bad line', lines(good, good, '{"type":"play"}', good), 400, 'line 3: user'],
    ['a broken line', lines(good, '{'), 400],
    [
      'an unknown type in a line, after an empty one',
      lines(good, '', '{"type":"x","user":"u","item":"i"}'),
      422,
      'line 3: type',
    ],
    ['a line over 1 MiB', lines(`{"type":"${'x'.repeat(1_100_000)}"}`), 413],
    ['100,001 lines', lines(...Array.from({ length: 100_001 }, () => good)), 413],
    [
      'a CloudEvent of another version',
      { body: { ...cloud, specversion: '0.3', data }, headers: cloudType },
      400,
      'specversion',
    ],
    [
      'a CloudEvent without id',
      { body: { ...cloud, id: undefined, data }, headers: cloudType },
      400,
      'id',
    ],
    [
      'a CloudEvent without an item',
      { body: { ...cloud, data: { user: 'u' } }, headers: cloudType },
      400,
      'data.item',
    ],
    [
      'a CloudEvent with a time in words',
      { body: { ...cloud, time: 'now', data }, headers: cloudType },
      400,
      'time',
    ],
    [
      'a CloudEvent with binary data',
      { body: { ...cloud, data_base64: 'AA==', data }, headers: cloudType },
      400,
      'data_base64',
    ],
    [
      'a CloudEvent with XML',
      { body: { ...cloud, datacontenttype: 'text/xml', data }, headers: cloudType },
      400,
      'datacontenttype',
    ],
    [
      'a CloudEvent whose source and id are too long',
      {
        body: { ...cloud, id: 'i'.repeat(200), source: 's'.repeat(100), data },
        headers: cloudType,
      },
      400,
      'id',
    ],
    [
      'a bad CloudEvent in a batch',
      {
        body: [
          { ...cloud, data },
          { ...cloud, data: 1 },
        ],
        headers: batchType,
      },
      400,
      '[1].data',
    ],
    [
      'an unknown type of a CloudEvent in a batch',
      {
        body: [
          { ...cloud, data },
          { ...cloud, type: 'a.b', data },
        ],
        headers: batchType,
      },
      422,
      '[1].type',
    ],
    ['a batch that is none', { body: cloud, headers: batchType }, 400, ''],
    [
      'a binary CloudEvent with a broken header',
      { body: data, headers: { 'ce-specversion': '1.0', 'ce-id': '%zz' } },
      400,
      'ce-id',
    ],
  ];
  for (const [name, sent, status, field] of cases) test(name, () => check(sent, status, field));
});

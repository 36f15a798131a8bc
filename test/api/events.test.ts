import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { RepriseError } from '../../events/error.ts';
import { exportEvents } from '../../events/export-events.ts';
import type { ExportedEvent } from '../../events/export-events.ts';
import { callOnce, NOW_MS, startApi } from './harness.ts';
import type { Answer, Api, Sent } from './harness.ts';

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

function post(sent: Sent): Promise<Answer> {
  return api.call('POST', '/v1/events', sent);
}

describe('POST /v1/events takes', () => {
  beforeEach(async () => {
    await api.close();
    api = await startApi();
  });

  async function check(sent: Sent, expected: readonly string[]): Promise<void> {
    const answer = await post(sent);
    assert.equal(answer.status, 202, answer.text);
    assert.deepEqual(answer.json, {
      accepted: expected.length,
      duplicates: 0,
      positions: expected,
      pending: [],
    });
  }

  test('one event', () => check({ body: play }, ['0:0']));
  test('an event with every field', () =>
    check(
      {
        body: {
          ...play,
          id: 'e1',
          value: -0.5,
          time: '2025-12-31T23:59:59.5+02:00',
          context: { device: 'phone', deep: [{ a: null }] },
        },
      },
      ['0:0'],
    ));
  test('an array', () => check({ body: [play, { ...play, item: 'i2' }] }, ['0:0', '0:1']));
  test('an empty array', () => check({ body: [] }, []));
  test('ids that are names of JavaScript', () =>
    check({ body: { type: 'play', user: '__proto__', item: 'constructor' } }, ['0:0']));
  test('ids of 256 bytes', () => check({ body: { ...play, user: 'é'.repeat(128) } }, ['0:0']));
  test('JSON with a parameter in its type', () =>
    check({ body: play, headers: { 'content-type': 'application/json; charset=utf-8' } }, ['0:0']));
  test('a CloudEvent', () => check({ body: { ...cloud, data }, headers: cloudType }, ['0:0']));
  test('a CloudEvent with its item as subject and extensions', () =>
    check(
      {
        body: { ...cloud, subject: 'i9', traceparent: '00-ab', data: { user: 'u1' } },
        headers: cloudType,
      },
      ['0:0'],
    ));
  test('a batch of CloudEvents', () =>
    check(
      {
        body: [
          { ...cloud, data },
          { ...cloud, id: '2', data },
        ],
        headers: batchType,
      },
      ['0:0', '0:1'],
    ));
  test('a CloudEvent in binary mode', () =>
    check(
      {
        body: data,
        headers: {
          'ce-specversion': '1.0',
          'ce-id': 'caf%C3%A9',
          'ce-source': '/app',
          'ce-type': 'play',
          'ce-time': '2025-12-31T00:00:00Z',
        },
      },
      ['0:0'],
    ));

  test('NDJSON, with the furthest position of each partition', async () => {
    const lines = [play, { ...play, item: 'i2' }, { ...play, user: 'u2' }];
    const body = `${lines.map((line) => JSON.stringify(line)).join('\r\n')}\n\n`;
    const { status, json } = await post({ body, headers: ndjson });
    assert.equal(status, 202);
    assert.deepEqual(json, { accepted: 3, duplicates: 0, positions: ['0:2'], pending: [] });
  });

  test('100,000 lines of NDJSON whose lines end anywhere in a chunk', async () => {
    const line = `${JSON.stringify({ ...play, item: 'ü' })}\n`;
    const { json } = await post({ body: line.repeat(100_000), headers: ndjson });
    assert.deepEqual(json, {
      accepted: 100_000,
      duplicates: 0,
      positions: ['0:99999'],
      pending: [],
    });
  });

  test('the answer that an event reacts to, however it is sent', async () => {
    const recommendationId = 'AQ-answered_1';
    const binary = {
      'ce-specversion': '1.0',
      'ce-id': '9',
      'ce-source': '/app',
      'ce-type': 'play',
    };
    await post({ body: { ...play, recommendationId } });
    await post({ body: `${JSON.stringify({ ...play, recommendationId })}\n`, headers: ndjson });
    await post({ body: { ...cloud, data: { ...data, recommendationId } }, headers: cloudType });
    const extended = { ...cloud, id: '3', recommendationid: recommendationId, data };
    await post({ body: extended, headers: cloudType });
    await post({ body: data, headers: { ...binary, 'ce-recommendationid': recommendationId } });
    await post({ body: play });
    const named: unknown[] = [];
    for await (const event of exportEvents(api.deps.journal, api.deps.identities)) {
      named.push('recommendationId' in event ? event.recommendationId : undefined);
    }
    assert.deepEqual(named, [...new Array<string>(5).fill(recommendationId), undefined]);
  });

  test('an event again as a duplicate at the position that it has', async () => {
    await post({ body: { ...play, id: 'same' } });
    const { json } = await post({ body: [play, { ...play, id: 'same' }] });
    assert.deepEqual(json, {
      accepted: 1,
      duplicates: 1,
      positions: ['0:1', '0:0'],
      pending: [],
    });
  });

  test('what it then says in the journal', async () => {
    const sent = { ...cloud, time: '2025-12-31T00:00:00Z', data: { ...data, value: 3 } };
    await post({ body: sent, headers: cloudType });
    await post({ body: { ...play, context: JSON.parse('{"__proto__":1}') as object } });
    const exported: ExportedEvent[] = [];
    for await (const event of exportEvents(api.deps.journal, api.deps.identities)) {
      exported.push(event);
    }
    assert.deepEqual(exported[0], {
      id: '/app 1',
      position: '0:0',
      type: 'play',
      user: 'u1',
      item: 'i1',
      value: 3,
      time: Date.UTC(2025, 11, 31),
      source: '/app',
    });
    assert.equal(exported[1]?.time, NOW_MS);
    assert.match(JSON.stringify(exported[1]), /"context":\{"__proto__":1\}/);
  });
});

describe('POST /v1/events says', () => {
  test('the line, the field and that nothing was accepted', async () => {
    const body = `${JSON.stringify(play)}\n{"type":"play","user":"u","item":4}\n`;
    const { json } = await post({ body, headers: ndjson });
    assert.deepEqual(json, {
      accepted: 0,
      type: '/docs#malformed',
      title: 'The request does not have the right form',
      status: 400,
      detail: 'nothing was accepted: line 2: item must be a string, not a number',
      instance: '/v1/events',
      code: 'MALFORMED',
      errors: [{ field: 'item', reason: 'must be a string, not a number', line: 2 }],
    });
  });

  test('how long a source may be', async () => {
    const { status, json } = await post({ body: { ...play, source: 'x'.repeat(257) } });
    assert.deepEqual([status, json['code']], [400, 'MALFORMED']);
    assert.match(String(json['detail']), /source .*256 bytes/);
  });

  test('what to do with a field that it does not know', async () => {
    const { json } = await post({ body: { ...play, rating: 3 } });
    assert.match(
      String(json['detail']),
      /rating is not known here: put free-form fields into context/,
    );
  });

  test('503 with Retry-After while the disk is full', async () => {
    const answer = await callOnce(
      {
        door: {
          accept: () =>
            Promise.reject(new RepriseError('UNAVAILABLE', 'the disk is full: make room')),
          publishItem: () => Promise.reject(new RepriseError('UNAVAILABLE', 'the disk is full')),
        },
      },
      'POST',
      '/v1/events',
      { body: play },
    );
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '5');
    assert.equal(answer.json['detail'], 'the disk is full: make room');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { createPrometheus } from '../../../adapters/instruments/prometheus.ts';
import { METRICS } from '../../../activities/metrics.ts';
import { createRequestWatch } from '../../../processes/observe/request-watch.ts';
import { startApi } from '../../api/harness.ts';
import { parseExposition } from '../../adapters/instruments/exposition.ts';

interface Line {
  readonly requestId?: string;
  readonly route?: string;
  readonly status?: number;
  readonly position?: readonly string[];
  readonly version?: string;
}

describe('what is measured of requests', () => {
  it('is their time by the route as declared and the status, whatever the path was', async (t) => {
    const prometheus = createPrometheus(Object.values(METRICS));
    const lines: Line[] = [];
    let drawn = 0;
    const watch = createRequestWatch({
      ...{ instruments: prometheus, traced: undefined, clock: () => 0 },
      log: (fields) => void lines.push(fields),
      newRequestId: () => `id-${String((drawn += 1))}`,
    });
    const api = await startApi({ watch, metrics: prometheus });
    t.after(() => api.close());
    const event = { type: 'play', user: 'u', item: 'i' };
    const asked: readonly (readonly [string, string, object?])[] = [
      ['GET', '/v1/users/a%20person/recommendations'],
      ['GET', '/v1/users/another/recommendations?n=3'],
      ['GET', '/v1/users/u/recommendations?n=0'],
      ['POST', '/v1/events', event],
      ['GET', '/no/such/path/of/secret-user'],
      ['DELETE', '/v1/events'],
      ['GET', '/v1/metrics/prequential?model=gone'],
    ];
    for (const [method, path, body] of asked) {
      await api.call(method, path, body === undefined ? {} : { body });
    }
    const { text, headers } = await api.call('GET', '/metrics');
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    const exposed = parseExposition(text);
    const counts = (exposed.get(METRICS.requests.name)?.samples ?? [])
      .filter(({ name }) => name.endsWith('_count'))
      .map(({ labels, value }) => [labels['route'], labels['status'], value]);
    assert.deepEqual(counts, [
      ['GET /v1/users/{id}/recommendations', '200', 2],
      ['GET /v1/users/{id}/recommendations', '400', 1],
      ['POST /v1/events', '202', 1],
      ['none', '404', 1],
      ['none', '405', 1],
      ['GET /v1/metrics/prequential', '404', 1],
    ]);
    const answers = exposed.get(METRICS.recommendations.name)?.samples;
    assert.equal(answers?.find(({ name }) => name.endsWith('_count'))?.value, 2);
    assert.deepEqual(
      lines.slice(0, 4).map(({ requestId, status, position }) => [requestId, status, position]),
      [
        ['id-1', 200, ['0:7']],
        ['id-2', 200, ['0:7']],
        ['id-3', 400, undefined],
        ['id-4', 202, ['0:0']],
      ],
    );
    assert.doesNotMatch(JSON.stringify(lines), /person|secret/);
  });

  it('gives a failure the id that its log line has', async (t) => {
    const lines: Line[] = [];
    const watch = createRequestWatch({
      ...{ instruments: createPrometheus(Object.values(METRICS)), traced: undefined },
      ...{ clock: () => 0, newRequestId: () => 'the-id', log: (fields) => void lines.push(fields) },
    });
    const metrics = { exposition: () => Promise.reject(new Error('gone')) };
    const api = await startApi({ watch, metrics });
    t.after(() => api.close());
    const { status, json } = await api.call('GET', '/metrics');
    assert.deepEqual([status, json['requestId']], [500, 'the-id']);
    assert.deepEqual([lines[0]?.requestId, lines[0]?.status], ['the-id', 500]);
  });

  it('is not there where nothing is measured', async (t) => {
    const api = await startApi({ metrics: undefined });
    t.after(() => api.close());
    const { status, json } = await api.call('GET', '/metrics');
    assert.deepEqual([status, json['code']], [503, 'UNAVAILABLE']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { collectTraces } from './collector.ts';
import { plays, startMeasured } from './measured-core.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';

describe('the trace of an event', { timeout: 120_000 }, () => {
  it('goes from the caller through the position to the projections', async (t) => {
    const collector = await collectTraces();
    t.after(() => collector.close());
    const core = await startMeasured({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    t.after(() => core.close());
    const response = await fetch(`${core.url}/v1/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        traceparent: `00-${TRACE}-${CALLER}-01`,
      },
      body: JSON.stringify({ type: 'play', user: 'a-user', item: 'an-item' }),
    });
    assert.equal(response.status, 202);
    const request = await collector.span('POST /v1/events', TRACE);
    const append = await collector.span('append', TRACE);
    const learning = await collector.span('actors learn', TRACE);
    const applying = await collector.span('projections apply', TRACE);
    assert.equal(request.parentSpanId, CALLER);
    assert.equal(append.parentSpanId, request.spanId);
    assert.equal(learning.parentSpanId, append.spanId);
    assert.equal(applying.parentSpanId, learning.spanId);
    assert.equal(request.facts['reprise.position'], '0:0');
    assert.equal(request.facts['http.response.status_code'], 202);
    for (const span of [learning, applying]) {
      assert.equal(span.facts['reprise.position'], '0:0');
      assert.equal(span.facts['reprise.partition'], 0);
      assert.equal(span.facts['reprise.model.version'], 'v1');
    }
    for (const { startTimeUnixNano, endTimeUnixNano } of collector.spans) {
      assert.ok(BigInt(startTimeUnixNano) <= BigInt(endTimeUnixNano));
    }
    assert.doesNotMatch(JSON.stringify(collector.spans), /a-user|an-item/);
  });

  it('of an answer names the place and the version that it was made from', async (t) => {
    const collector = await collectTraces();
    t.after(() => collector.close());
    const core = await startMeasured({ OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/` });
    t.after(() => core.close());
    await core.settle(await core.post(plays(1)));
    const headers = { traceparent: `00-${TRACE}-${CALLER}-01` };
    await fetch(`${core.url}/v1/users/somebody/recommendations`, { headers });
    const span = await collector.span('GET /v1/users/{id}/recommendations', TRACE);
    assert.equal(span.facts['reprise.position'], '0:0');
    assert.equal(span.facts['reprise.model.version'], 'v1');
    assert.equal(span.facts['http.route'], 'GET /v1/users/{id}/recommendations');
  });

  it('is begun anew where the caller sent none or nonsense, and nothing fails where nobody takes it', async (t) => {
    const core = await startMeasured({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    t.after(() => core.close());
    for (const traceparent of ['', 'nonsense', `00-${'0'.repeat(32)}-${CALLER}-01`]) {
      const answer = await fetch(`${core.url}/v1/status`, { headers: { traceparent } });
      assert.equal(answer.status, 200);
    }
  });
});

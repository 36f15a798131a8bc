import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  createAppendTraces,
  linkedRequestsMax,
  tracedRequestsMax,
} from '../../../activities/ingest/append-traces.ts';
import type { TraceGoingOn } from '../../../activities/ingest/append-traces.ts';
import type { SpanStart } from '../../../activities/traces.ts';
import { eventKey } from '../../../events/event-key.ts';
import { sampledParent } from '../../../events/traceparent.ts';
import { encodeMessage } from '../../../events/transport-message.ts';
import type { ReceivedMessage } from '../../../events/transport.ts';
import { createIngestWorld, NOW_MS } from '../../doubles/ingest-world.ts';

const NEVER = new AbortController().signal;

const parent = (n: number): string =>
  `00-${String(n + 1).padStart(32, '0')}-${String(n + 1).padStart(16, '0')}-01`;

function rig() {
  const begun: SpanStart[] = [];
  const told: TraceGoingOn[] = [];
  const traces = createAppendTraces({
    tell: (more) => void told.push(...more),
    traces: {
      begin: (start) => {
        begun.push(start);
        return {
          ...{ traceId: 't', traceparent: `append of ${String(start.parent)}`, isSampled: true },
          ...{ tell: () => undefined, end: () => undefined },
        };
      },
    },
  });
  return { begun, told, traces };
}

function message(offset: number, traceparent?: string): ReceivedMessage {
  const id = `event-${String(offset)}`;
  const event = { id, type: 'play', user: 'anna', item: 'a', time: NOW_MS };
  const sent = { offset, key: eventKey(id), value: encodeMessage({ event }) };
  return traceparent === undefined ? sent : { ...sent, traceparent };
}

describe('the traces of what an ingest appends', () => {
  it('go on from where the events of a request stand, once for each request', async () => {
    const { begun, told, traces } = rig();
    const world = createIngestWorld(1);
    const ingest = world.createIngest(undefined, undefined, traces);
    await ingest.assigned(0);
    const messages = [
      message(0),
      message(1, parent(1)),
      message(2, parent(2)),
      message(3, parent(1)),
    ];
    await ingest.handle({ partition: 0, messages, highWatermark: 4 }, NEVER);
    assert.deepEqual(
      begun.map(({ name, kind, parent: of, links, facts }) => ({
        ...{ name, kind, of, links },
        position: facts?.['reprise.position'],
        events: facts?.['reprise.events'],
        messages: facts?.['messaging.batch.message_count'],
      })),
      [
        { of: parent(1), links: [parent(2)], position: '0:3', events: 2 },
        { of: parent(2), links: [parent(1)], position: '0:2', events: 1 },
      ].map((one) => ({ name: 'journal append', kind: 'consumer', messages: 4, ...one })),
    );
    assert.deepEqual(
      told.map(({ partition, sequence, traceparent }) => [partition, sequence, traceparent]),
      [
        [0, 3, `append of ${parent(1)}`],
        [0, 2, `append of ${parent(2)}`],
      ],
    );
  });

  it('are not told twice of events that are there already', async () => {
    const { begun, traces } = rig();
    const world = createIngestWorld(1);
    const first = world.createIngest(undefined, undefined, traces);
    await first.assigned(0);
    const sent = message(0, parent(0));
    await first.handle({ partition: 0, messages: [sent], highWatermark: 1 }, NEVER);
    const again = { ...sent, offset: 1 };
    await first.handle({ partition: 0, messages: [again], highWatermark: 2 }, NEVER);
    assert.equal(begun.length, 1);
  });

  it('are bounded, and so are their links', async () => {
    const { begun, told, traces } = rig();
    const world = createIngestWorld(1);
    const ingest = world.createIngest(undefined, undefined, traces);
    await ingest.assigned(0);
    const messages = Array.from({ length: 2 * tracedRequestsMax }, (_, n) => message(n, parent(n)));
    await ingest.handle({ partition: 0, messages, highWatermark: messages.length }, NEVER);
    assert.deepEqual([begun.length, told.length], [tracedRequestsMax, tracedRequestsMax]);
    for (const { links } of begun) assert.equal(links?.length, linkedRequestsMax);
  });
});

describe('a traceparent', () => {
  it('is taken where it is well-formed and its trace is kept', () => {
    const kept = parent(7);
    assert.equal(sampledParent(kept), kept);
    assert.equal(sampledParent(kept.replace(/01$/, '03')), kept.replace(/01$/, '03'));
    for (const other of [
      undefined,
      '',
      'nonsense',
      kept.replace(/01$/, '00'),
      `${kept}-more`,
      kept.toUpperCase().replace('00-', 'ff-'),
      `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
      `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
    ]) {
      assert.equal(sampledParent(other), undefined, other);
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readCloudEvent as readOverHttp } from '../../api/cloud-events.ts';
import { eventFault } from '../../events/check-incoming.ts';
import { isCloudEvent, readCloudMessage } from '../../events/cloud-message.ts';
import type { MessageHeaders } from '../../events/cloud-message.ts';
import type { IncomingEvent } from '../../events/incoming.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../events/interaction-type.ts';
import { MESSAGE_BYTES_MAX } from '../../events/transport-message.ts';

const structured: MessageHeaders = {
  'content-type': Buffer.from('application/cloudevents+json; charset=UTF-8'),
};

const cloud = {
  ...{ specversion: '1.0', id: 'play-1', source: '/shop', type: 'com.example.play' },
  ...{ time: '2026-01-31T12:00:00+01:00', subject: 'song', traceparent: 'x' },
  data: { user: 'ada', value: 2, context: { page: 1 } },
};

const read = {
  ...{ id: '/shop play-1', type: 'play', user: 'ada', item: 'song', value: 2 },
  ...{ time: Date.UTC(2026, 0, 31, 11), source: '/shop', context: { page: 1 } },
};

function bytesOf(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function faultOf(headers: MessageHeaders, value: Uint8Array | null): string {
  const { event, fault } = readCloudMessage(headers, value);
  assert.equal(event, undefined);
  assert.ok(fault);
  return fault;
}

describe('a message of Kafka', () => {
  it('is a CloudEvent by its content type or by its attributes in headers, and by nothing else', () => {
    assert.ok(isCloudEvent(structured));
    assert.ok(isCloudEvent({ 'content-type': 'APPLICATION/CloudEvents-batch+json' }));
    assert.ok(isCloudEvent({ ce_specversion: '1.0', 'content-type': 'application/json' }));
    for (const headers of [
      {},
      { 'content-type': 'application/json' },
      { ce_id: '1', trace: 'x' },
    ]) {
      assert.ok(!isCloudEvent(headers), JSON.stringify(headers));
    }
  });

  it('is read in structured mode', () => {
    assert.deepEqual(readCloudMessage(structured, bytesOf(cloud)), { event: read });
  });

  it('is read in binary mode: attributes from headers, data from the value', () => {
    const { data, ...attributes } = cloud;
    const headers = {
      ...Object.fromEntries(
        Object.entries(attributes).map(([name, text]) => [`ce_${name}`, Buffer.from(text)]),
      ),
      'content-type': Buffer.from('application/json'),
    };
    assert.deepEqual(readCloudMessage(headers, bytesOf(data)), { event: read });
  });

  it('reads a text as it stands in a header: Kafka escapes nothing', () => {
    const headers = {
      ...{ ce_specversion: '1.0', ce_id: 'a%20b é', ce_source: '/s', ce_type: 'play' },
      ce_subject: Buffer.from('Björk'),
    };
    const { event } = readCloudMessage(headers, bytesOf({ user: 'ada' }));
    assert.deepEqual([event?.id, event?.item], ['/s a%20b é', 'Björk']);
    assert.equal(event?.time, undefined);
  });

  it('is refused with its reason, which holds nothing of it', () => {
    const batch = { 'content-type': 'application/cloudevents-batch+json' };
    assert.match(faultOf(batch, bytesOf([cloud])), /Kafka has no batched mode, send one event/);
    assert.match(faultOf(structured, bytesOf([cloud])), /^is no JSON object$/);
    assert.match(faultOf(structured, null), /^has no value$/);
    assert.match(faultOf(structured, new Uint8Array(MESSAGE_BYTES_MAX + 1)), /over 524288/);
    const { source, ...rest } = cloud;
    assert.equal(faultOf(structured, bytesOf(rest)), 'source is missing');
    const secret = 'secret'.repeat(20);
    const long = { ...cloud, source: `${source}${secret}`, id: secret.repeat(2) };
    assert.match(faultOf(structured, bytesOf(long)), /^id is longer .* source and id together$/);
    const wrong = { ...cloud, data: { ...cloud.data, [secret]: 1 } };
    assert.doesNotMatch(faultOf(structured, bytesOf(wrong)), /secret/);
    const twice = { ce_specversion: '1.0', ce_id: [Buffer.from('a'), Buffer.from('b')] };
    assert.match(faultOf(twice, bytesOf({ user: 'ada' })), /not one text of UTF-8/);
    const broken = { ce_specversion: '1.0', ce_id: Buffer.from([0xff]) };
    assert.match(faultOf(broken, bytesOf({ user: 'ada' })), /not one text of UTF-8/);
  });

  it('is an event or none, and nothing is thrown, whatever its bytes are', () => {
    const header = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.string(), fc.constant(undefined));
    const headers = fc.dictionary(
      fc.oneof(fc.constantFrom('content-type', 'ce_id', 'ce_specversion', 'ce_data'), fc.string()),
      header,
    );
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 200 }), (given, value) => {
        assert.ok(readCloudMessage(given, value).fault !== undefined);
      }),
    );
  });
});

/** Values that a field may be given instead of its own. */
const other = fc.oneof(
  ...[fc.string({ unit: 'binary', maxLength: 8 }), fc.double(), fc.boolean(), fc.constant(null)],
  fc.constantFrom(
    ...['1.0', 'x'.repeat(257), 'é'.repeat(129), 'a\0b', '\ud800', '', 'play', 'com.example.'],
    ...['2026-02-29T00:00:00Z', '2024-02-29T23:59Z', '2026-01-01', '2026-01-01T24:00:00Z'],
    ...['2026-01-01t00:00:00Z', '2026-01-01T00:00:00.123456+05:30', '2026-01-01T00:00:00'],
    ...['application/json', 'application/xml', 'text/json', 'application/x+json; q=1', [], {}],
  ),
);

const data = fc.record(
  {
    ...{ user: fc.oneof(other, fc.constant('ada')), item: other, value: other, context: other },
    ...{ recommendationId: other, more: other },
  },
  { requiredKeys: [] },
);

const anyCloud = fc
  .tuple(
    fc.subarray(['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'extension']),
    fc.record({
      ...{ specversion: other, id: other, source: other, type: other, subject: other },
      ...{ time: other, datacontenttype: other, data_base64: other, recommendationid: other },
      ...{ extension: other, data: fc.oneof(data, other) },
    }),
    fc.subarray(['datacontenttype', 'data_base64', 'recommendationid', 'data', 'time'], {
      maxLength: 2,
    }),
  )
  .map(([left, changed, kept]) => {
    const whole: Record<string, unknown> = { ...cloud };
    for (const name of kept) whole[name] = changed[name as keyof typeof changed];
    const one = left[0];
    if (one !== undefined && left.length < 3) whole[one] = changed[one as keyof typeof changed];
    if (one !== undefined && left.length === 1) Reflect.deleteProperty(whole, one);
    return JSON.parse(JSON.stringify(whole)) as Record<string, unknown>;
  });

const rules = {
  types: new Set(Object.keys(DEFAULT_INTERACTION_TYPES)),
  timeMsMax: Date.UTC(2100, 0, 1),
};

/** What passes the door, too; it looks at the type, of which the route looks at the form alone. */
function atTheDoor(event: IncomingEvent | undefined): IncomingEvent | undefined {
  return event !== undefined && eventFault(event, rules) === undefined ? event : undefined;
}

function overHttp(value: unknown): IncomingEvent | undefined {
  try {
    return readOverHttp(value);
  } catch {
    return undefined;
  }
}

describe('a CloudEvent', () => {
  it('is over Kafka what it is over HTTP, and refused where it is refused there', () => {
    const verdicts = new Set<boolean>();
    fc.assert(
      fc.property(anyCloud, (given) => {
        const expected = atTheDoor(overHttp(given));
        const event = atTheDoor(readCloudMessage(structured, bytesOf(given)).event);
        assert.deepEqual(event, expected);
        verdicts.add(event !== undefined);
      }),
      { numRuns: 2_000 },
    );
    assert.equal(verdicts.size, 2, 'the property has to meet both');
  });
});

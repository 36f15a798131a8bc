import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../../events/error.ts';
import type { SharedFact } from '../../events/fact.ts';
import { idFault } from '../../events/id.ts';
import { MESSAGE_BYTES_MAX, decodeMessage, encodeMessage } from '../../events/transport-message.ts';
import type { TransportMessage } from '../../events/transport-message.ts';
import { anyFact } from './arbitrary-facts.ts';

const id = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 60 })
  .filter((text) => idFault(text) === undefined);
/** Numbers that JSON has: not −0, which it writes as 0. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
const event = fc.record(
  {
    id,
    type: fc.constantFrom('play', 'like'),
    user: id,
    item: id,
    value: number,
    time: fc.nat(),
    context: fc.dictionary(id, fc.oneof(id, fc.integer())),
    recommendationId: id,
    source: id,
  },
  { requiredKeys: ['id', 'type', 'user', 'item', 'time'] },
);
const named = (text: string): boolean => text.length > 0;
const shared = anyFact.filter((fact): fact is SharedFact => {
  if (fact.kind === 'ItemPublished') return idFault(fact.item) === undefined;
  if (fact.kind === 'IndexReleased') return named(fact.release) && named(fact.version);
  const isOfVersion = fact.kind === 'ModelPromoted' || fact.kind === 'ShadowAssigned';
  return isOfVersion && named(fact.version);
});
const message: fc.Arbitrary<TransportMessage> = fc.oneof(
  event.map((each) => ({ event: each })),
  fc.record({ fact: shared, id }),
);

/** What a message is after JSON: dictionaries lose their prototype's absence there. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

function faultOf(value: unknown): string {
  const bytes = value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value));
  const { fault } = decodeMessage(bytes);
  assert.ok(fault !== undefined, 'it was taken for a message');
  return fault;
}

describe('a transport message', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(message, (sent) => {
        const { message: read, fault } = decodeMessage(encodeMessage(sent));
        assert.equal(fault, undefined);
        assert.deepEqual(plain(read), plain(sent));
      }),
    );
  });

  it('is no message, and nothing is thrown, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.ok(decodeMessage(bytes).fault !== undefined);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (json) => {
        assert.ok(decodeMessage(Buffer.from(json)).fault !== undefined);
      }),
    );
  });

  it('is a message or none, and nothing is thrown, when one byte of it is another', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), (sent, at, byte) => {
        const bytes = Buffer.from(encodeMessage(sent));
        bytes[at % bytes.length] = byte;
        const { message: read, fault } = decodeMessage(bytes);
        assert.notEqual(read === undefined, fault === undefined);
      }),
    );
  });

  it('is refused with a reason that quotes nothing of it', () => {
    fc.assert(
      fc.property(event, fc.constantFrom('id', 'user', 'item', 'time'), (sent, field) => {
        const secret = 'sécret-1234';
        const broken = { v: 1, event: { ...sent, context: { secret }, [field]: [secret] } };
        assert.doesNotMatch(faultOf(broken), /1234/);
        const { [field]: _, ...rest } = { ...sent } as Record<string, unknown>;
        assert.equal(faultOf({ v: 1, event: rest }), `event.${field} is missing`);
      }),
    );
  });

  const sound = { id: 'e', type: 'play', user: 'anna', item: 'song', time: 5 };
  const published = { kind: 'ItemPublished', item: 'song', metadata: null, timeMs: 5 };
  const deep: unknown = JSON.parse('{"a":'.repeat(50) + '1' + '}'.repeat(50));
  const faults: readonly (readonly [string, unknown, RegExp])[] = [
    ['no JSON', Buffer.from('{'), /no JSON object/],
    ['a byte that no UTF-8 has', Buffer.from([0x7b, 0xff, 0x7d]), /no JSON object in UTF-8/],
    ['a list', [1], /no JSON object/],
    ['no version', { event: sound }, /no format version/],
    ['a newer version', { v: 2, event: sound }, /newer than 1: start a newer Reprise/],
    ['an event and a fact', { v: 1, event: sound, fact: published, id: 'x' }, /neither/],
    ['neither of them', { v: 1 }, /neither an event nor/],
    ['a field that no event has', { v: 1, event: { ...sound, extra: 1 } }, /fields that none has/],
    ['an event id outside the event', { v: 1, event: sound, id: 'x' }, /neither/],
    ['an id of 257 bytes', { v: 1, event: { ...sound, id: 'x'.repeat(257) } }, /^event\.id is lon/],
    ['a deep context', { v: 1, event: { ...sound, context: deep } }, /nests more than 32/],
    ['a large context', { v: 1, event: { ...sound, context: { a: 'x'.repeat(5_000) } } }, /4096/],
    [
      'an answer without end',
      { v: 1, event: { ...sound, recommendationId: 'x'.repeat(4_097) } },
      /^event\.recommendationId is no rec/,
    ],
    ['a fact without an id', { v: 1, fact: published }, /id is no text/],
    [
      'a fact of an event',
      { v: 1, id: 'x', fact: { ...published, kind: 'InteractionRecorded' } },
      /no fact/,
    ],
    [
      'an erasure of a name',
      { v: 1, id: 'x', fact: { kind: 'UserErased', user: 'anna', timeMs: 5 } },
      /no surrogate/,
    ],
    ['a kind of every object', { v: 1, id: 'x', fact: { kind: 'constructor' } }, /no fact/],
    ['an item without its time', { v: 1, id: 'x', fact: { ...published, timeMs: -1 } }, /timeMs/],
  ];
  for (const [what, value, reason] of faults) {
    it(`is not ${what}`, () => assert.match(faultOf(value), reason));
  }

  it('has bytes, and no more than its bound', () => {
    assert.equal(decodeMessage(null).fault, 'has no value');
    assert.match(faultOf(new Uint8Array(MESSAGE_BYTES_MAX + 1)), /524289 bytes, over 524288/);
    const fact = { ...published, metadata: { text: 'x'.repeat(600_000) } } as SharedFact;
    assert.throws(
      () => encodeMessage({ fact, id: 'x' }),
      (error) => hasCode(error, 'TOO_LARGE'),
    );
  });
});

import fc from 'fast-check';
import type { BlockRow } from '../../events/blocks/block-content.ts';
import type { Fact } from '../../events/fact.ts';
import { sequence } from '../../events/position.ts';
import { surrogateFromBytes } from '../../events/surrogate.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((s) => !/\p{Surrogate}/u.test(s));
const timeMs = fc.double({ noNaN: true, min: 0, max: 8.64e15 });
const user = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => surrogateFromBytes(bytes));
const metadata = fc.option(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())));
const hash = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((b) => Buffer.from(b).toString('hex'));

/** Any fact that the journal can hold. */
export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('InteractionRecorded' as const),
      type: text,
      user,
      item: text,
      value: fc.double(),
      timeMs,
      source: text.filter((s) => s !== ''),
      sealed: fc.uint8Array({ maxLength: 40 }),
    },
    { requiredKeys: ['kind', 'type', 'user', 'item', 'value', 'timeMs', 'sealed'] },
  ),
  fc.record({ kind: fc.constant('ItemPublished' as const), item: text, metadata, timeMs }),
  fc.record({ kind: fc.constant('UserErased' as const), user, timeMs }),
  fc.record({
    kind: fc.constant('ModelPromoted' as const),
    version: text,
    baseSha256: fc.array(hash, { maxLength: 3 }),
    start: fc.array(fc.nat().map(sequence), { maxLength: 3 }),
    settings: fc.dictionary(text, fc.integer()),
    timeMs,
  }),
  fc.record({
    kind: fc.constant('IndexReleased' as const),
    release: text,
    version: text,
    sha256: hash,
    recall10: fc.double({ noNaN: true, min: 0, max: 1 }),
    timeMs,
  }),
  fc.record({ kind: fc.constant('BarrierSet' as const), barrier: fc.nat(), timeMs }),
  fc.record({ kind: fc.constant('ShadowAssigned' as const), version: text, timeMs }),
  fc.record(
    {
      kind: fc.constant('QuarantineSet' as const),
      quarantine: text,
      users: fc.array(user, { maxLength: 3 }),
      source: text,
      from: fc.array(fc.nat().map(sequence), { maxLength: 3 }),
      to: fc.array(fc.nat().map(sequence), { maxLength: 3 }),
      timeMs,
    },
    { requiredKeys: ['kind', 'quarantine', 'users', 'from', 'to', 'timeMs'] },
  ),
  fc.record({ kind: fc.constant('QuarantineLifted' as const), quarantine: text, timeMs }),
  fc.record({ kind: fc.constant('EventRedacted' as const), timeMs }),
);

/** Any events of a block. */
export const anyRows: fc.Arbitrary<BlockRow[]> = fc.array(
  fc.record({ key: fc.uint8Array({ minLength: 16, maxLength: 16 }), fact: anyFact }),
  { minLength: 1, maxLength: 30 },
);

import fc from 'fast-check';
import type { ModelDelta } from '../../model/delta.ts';

const word = fc.integer({ min: 0, max: 0xffff_ffff });
const count = fc.integer({ min: 0, max: 6 });

/** Any bits at all: NaNs, infinities and subnormals are among them. */
function bits(bytes: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: bytes, maxLength: bytes });
}

function words(length: number): fc.Arbitrary<Uint32Array> {
  return bits(4 * length).map((bytes) => new Uint32Array(Uint8Array.from(bytes).buffer));
}

function floats(length: number): fc.Arbitrary<Float32Array> {
  return bits(4 * length).map((bytes) => new Float32Array(Uint8Array.from(bytes).buffer));
}

function wide(length: number): fc.Arbitrary<Float64Array> {
  return bits(8 * length).map((bytes) => new Float64Array(Uint8Array.from(bytes).buffer));
}

const letter = fc.record(
  {
    sequence: fc.nat(),
    reason: fc.string(),
    type: fc.string(),
    item: fc.string({ unit: 'grapheme' }),
    timeMs: fc.double(),
  },
  { noNullPrototype: true },
);

interface Shape {
  readonly dimensions: number;
  readonly users: number;
  readonly fresh: number;
  readonly items: number;
  readonly pairs: number;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  dimensions: fc.constantFrom(4, 8),
  users: count,
  fresh: count,
  items: count,
  pairs: count,
});

/** Deltas of any content whose columns fit each other, whole ones among them. */
export const arbitraryDelta: fc.Arbitrary<ModelDelta> = shape.chain(
  ({ dimensions, users, fresh, items, pairs }) => {
    const content = {
      version: fc.string({ unit: 'grapheme' }),
      partition: fc.nat(255),
      from: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
      to: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
      whole: fc.boolean(),
      dimensions: fc.constant(dimensions),
      output: floats(dimensions),
      userRowsBefore: word,
      newUsers: bits(16 * fresh).map((bytes) => Uint8Array.from(bytes)),
      userRows: words(users),
      userVectors: floats(users * dimensions),
      userEvents: words(users),
      userPositives: words(users),
      userTimeMs: wide(users),
      itemRowsBefore: word,
      newItems: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }),
      itemRows: words(items),
      itemVectors: floats(items * dimensions),
      itemBias: floats(items),
      itemPopularity: wide(items),
      seenUsers: words(pairs),
      seenItems: words(pairs),
      deadLetters: fc.array(letter, { maxLength: 3 }),
    };
    const resets = words(pairs);
    const plain = { noNullPrototype: true };
    return fc.oneof(fc.record(content, plain), fc.record({ ...content, seenReset: resets }, plain));
  },
);

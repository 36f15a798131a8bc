import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { sequence } from '../../events/position.ts';
import {
  decodeRecommendationId,
  encodeRecommendationId,
} from '../../projections/recommendation-id.ts';
import type { RecommendationFacts } from '../../projections/recommendation-id.ts';

const KEY = createSecretKey(Buffer.alloc(32, 3));

const name = fc.string({ unit: 'grapheme', maxLength: 80 });
const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 });
// Records with a prototype, as those that are decoded have.
const plain = { noNullPrototype: true };
const label = name.map((text) => text.replaceAll('\0', ''));
const facts: fc.Arbitrary<RecommendationFacts> = fc.record(
  {
    basedOn: fc.constantFrom('user', 'item', 'popular'),
    exclude: fc.constantFrom('seen', 'none'),
    n: fc.integer({ min: 1, max: 100 }),
    surrogate: fc.option(bytes16),
    positions: fc.array(
      fc.record(
        {
          partition: fc.nat(255),
          sequence: fc.integer({ min: -1, max: 2 ** 47 }).map(sequence),
        },
        plain,
      ),
      { maxLength: 256 },
    ),
    version: name,
    release: fc.option(name),
    item: fc.option(name),
    rules: fc.option(name),
    label: fc.option(fc.record({ scenario: label, experiment: label, arm: label }, plain)),
    answerHash: bytes16,
  },
  plain,
);

test('an id gives back the facts that it was made of', () => {
  fc.assert(
    fc.property(facts, (one) => {
      const id = encodeRecommendationId(one, KEY);
      assert.match(id, /^[\w-]+$/);
      assert.deepEqual(decodeRecommendationId(id, KEY), one);
    }),
  );
});

test('an id that was changed, or signed by another key, is refused', () => {
  fc.assert(
    fc.property(facts, fc.nat(), (one, where) => {
      const id = encodeRecommendationId(one, KEY);
      const at = where % id.length;
      const changed = id.slice(0, at) + (id[at] === 'A' ? 'B' : 'A') + id.slice(at + 1);
      assert.throws(() => decodeRecommendationId(changed, KEY), { code: 'INVALID' });
    }),
  );
  const [one] = fc.sample(facts, { numRuns: 1, seed: 1 });
  const id = encodeRecommendationId(one!, createSecretKey(Buffer.alloc(32, 4)));
  assert.throws(() => decodeRecommendationId(id, KEY), { code: 'INVALID' });
  for (const bad of ['', 'AQ', '%', `${id}=`]) {
    assert.throws(() => decodeRecommendationId(bad, KEY), { code: 'INVALID' });
  }
});

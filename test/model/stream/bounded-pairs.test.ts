import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BoundedPairs } from '../../../model/stream/bounded-pairs.ts';

const PARTNERS_MAX = 16;

const additions = fc.array(fc.tuple(fc.nat(5), fc.nat(40), fc.integer({ min: 1, max: 4 })), {
  maxLength: 400,
});

function filled(all: readonly (readonly [number, number, number])[]): BoundedPairs {
  const pairs = new BoundedPairs(PARTNERS_MAX);
  for (const [row, partner, weight] of all) pairs.add(row, partner, weight);
  return pairs;
}

function countsOf(pairs: BoundedPairs, row: number): Map<number, number> {
  const counts = pairs.counts(row);
  return new Map(Array.from(pairs.partners(row), (partner, at) => [partner, counts[at] as number]));
}

test('counts are exact while a row has room', () => {
  const pairs = filled([
    [0, 1, 1],
    [0, 2, 2],
    [0, 1, 3],
  ]);
  assert.deepEqual(
    countsOf(pairs, 0),
    new Map([
      [1, 4],
      [2, 2],
    ]),
  );
  assert.equal(pairs.total(0), 6);
  assert.equal(pairs.partners(7).length, 0);
});

test('a row keeps to its bound, holds a partner once, and never counts more than was added', () => {
  fc.assert(
    fc.property(additions, (all) => {
      const pairs = filled(all);
      for (let row = 0; row <= 5; row++) {
        const counts = countsOf(pairs, row);
        assert.ok(pairs.partners(row).length <= PARTNERS_MAX);
        assert.equal(counts.size, pairs.partners(row).length);
        for (const [partner, count] of counts) {
          const added = all
            .filter(([to, other]) => to === row && other === partner)
            .reduce((sum, [, , weight]) => sum + weight, 0);
          assert.ok(count > 0 && count <= added);
        }
      }
    }),
  );
});

test('what comes often stays in a full row, whatever comes once', () => {
  const pairs = new BoundedPairs(PARTNERS_MAX);
  for (let round = 0; round < 300; round++) {
    pairs.add(0, round % 4, 1);
    pairs.add(0, 100 + round, 1);
  }
  const counts = countsOf(pairs, 0);
  for (let partner = 0; partner < 4; partner++) assert.equal(counts.get(partner), 75);
});

test('what was captured goes on as if it had not been', () => {
  fc.assert(
    fc.property(additions, additions, (before, after) => {
      const whole = filled([...before, ...after]);
      const restored = new BoundedPairs(PARTNERS_MAX);
      restored.restore(filled(before).capture());
      for (const [row, partner, weight] of after) restored.add(row, partner, weight);
      assert.deepEqual(restored.capture(), whole.capture());
    }),
  );
});

test('a state with longer rows than the bound is refused', () => {
  const wide = new BoundedPairs(64);
  for (let partner = 0; partner < 40; partner++) wide.add(0, partner, 1);
  assert.throws(() => {
    new BoundedPairs(PARTNERS_MAX).restore(wide.capture());
  }, /more partners than the bound/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooseDiverse } from '../../../projections/rules/diversity.ts';
import type { Choice } from '../../../projections/rules/diversity.ts';

const DIMENSIONS = 4;

function unit(values: readonly number[]): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => (length > 0 ? value / length : 0));
}

const choices: fc.Arbitrary<readonly Choice[]> = fc
  .array(
    fc.record({
      score: fc.integer({ min: -50, max: 50 }),
      direction: fc
        .array(fc.integer({ min: -3, max: 3 }), { minLength: DIMENSIONS, maxLength: DIMENSIONS })
        .map(unit),
    }),
    { maxLength: 40 },
  )
  .map((all) => all.toSorted((a, b) => b.score - a.score));
const diversity = fc.double({ min: 0, max: 1, noNaN: true });

test('diversity 0 changes nothing', () => {
  fc.assert(
    fc.property(choices, fc.nat(50), (all, n) => {
      const chosen = chooseDiverse(all, n, 0);
      assert.deepEqual(
        chosen,
        Array.from({ length: Math.min(n, all.length) }, (_, number) => number),
      );
    }),
  );
});

test('no candidate is chosen twice, and as many as were asked for', () => {
  fc.assert(
    fc.property(choices, fc.nat(50), diversity, (all, n, share) => {
      const chosen = chooseDiverse(all, n, share);
      assert.equal(chosen.length, Math.min(n, all.length));
      assert.equal(new Set(chosen).size, chosen.length);
      assert.ok(chosen.every((number) => number >= 0 && number < all.length));
    }),
  );
});

test('the best candidate comes first below diversity 1, and a shorter choice starts a longer one', () => {
  fc.assert(
    fc.property(choices, diversity, (all, share) => {
      const chosen = chooseDiverse(all, all.length, share);
      if (all.length > 0 && share < 1) assert.equal(all[chosen[0]!]?.score, all[0]?.score);
      assert.deepEqual(chooseDiverse(all, 3, share), chosen.slice(0, 3));
    }),
  );
});

test('each choice is worth most of those that are left', () => {
  fc.assert(
    fc.property(choices, diversity, (all, share) => {
      const chosen = chooseDiverse(all, 6, share);
      const span = (all[0]?.score ?? 0) - (all.at(-1)?.score ?? 0);
      const worth = (number: number, before: readonly number[]): number => {
        const { score, direction } = all[number]!;
        const relevance = span > 0 ? (score - all.at(-1)!.score) / span : 1;
        const like = before.map((one) =>
          all[one]!.direction.reduce((sum, value, at) => sum + value * direction[at]!, 0),
        );
        return (1 - share) * relevance - share * Math.max(-1, ...like);
      };
      for (const [at, number] of chosen.entries()) {
        const before = chosen.slice(0, at);
        const others = all.map((_, other) => other).filter((other) => !before.includes(other));
        const most = Math.max(...others.map((other) => worth(other, before)));
        assert.ok(Math.abs(worth(number, before) - most) < 1e-9);
      }
    }),
  );
});

test('of two tastes, the second item is of the other one', () => {
  const all = [
    { score: 10, direction: unit([1, 0, 0, 0]) },
    { score: 9, direction: unit([1, 0, 0, 0]) },
    { score: 8, direction: unit([0, 1, 0, 0]) },
    { score: 0, direction: unit([1, 0, 0, 0]) },
  ];
  assert.deepEqual(chooseDiverse(all, 3, 0), [0, 1, 2]);
  assert.deepEqual(chooseDiverse(all, 3, 0.5), [0, 2, 1]);
});

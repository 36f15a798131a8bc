import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nearLog2 } from '../../../model/kernel/plain-candidates.ts';

const positive = fc.float({ min: Math.fround(1e-6), max: Math.fround(1e9), noNaN: true });

test('the logarithm is within a hundredth, and never falls', () => {
  fc.assert(
    fc.property(positive, positive, (a, b) => {
      assert.ok(Math.abs(nearLog2(a) - Math.log2(a)) < 0.01);
      assert.ok(a > b || nearLog2(a) <= nearLog2(b) + 1e-6);
    }),
    { numRuns: 1_000 },
  );
});

test('the logarithm of a power of two is exact, within a rounding', () => {
  for (let power = -10; power <= 20; power++) {
    assert.ok(Math.abs(nearLog2(2 ** power) - power) < 1e-12);
  }
});

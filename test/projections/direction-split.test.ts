import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DirectionSplit, dot } from '../../projections/direction-split.ts';

const vector = fc
  .array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 4, maxLength: 4 })
  .map((values) => Float32Array.from(values));

describe('a split along directions', () => {
  it('gives a vector that is made of them back to them', () => {
    const one = Float32Array.of(1, 0, 0, 2);
    const two = Float32Array.of(0, 3, 0, 0);
    const whole = Float32Array.of(2, 9, 0, 4);
    const other = Float32Array.of(1, 1, 5, 1);
    const [first = 0, second = 0] = new DirectionSplit(whole, [one, two]).shares(other);
    assert.ok(Math.abs(first - 2 * dot(one, other)) < 1e-4, String(first));
    assert.ok(Math.abs(second - 3 * dot(two, other)) < 1e-4, String(second));
  });

  it('leaves what lies along none of them', () => {
    const whole = Float32Array.of(0, 0, 1, 0);
    const [share] = new DirectionSplit(whole, [Float32Array.of(1, 1, 0, 0)]).shares(whole);
    assert.equal(share, 0);
  });

  it('gives numbers whatever the directions are: none, zero, the same twice', () => {
    fc.assert(
      fc.property(vector, fc.array(vector, { maxLength: 6 }), vector, (whole, along, other) => {
        const twice = [...along, ...along, new Float32Array(4)];
        const shares = new DirectionSplit(whole, twice).shares(other);
        assert.equal(shares.length, twice.length);
        const length = Math.sqrt(dot(whole, whole) * dot(other, other));
        const sum = shares.reduce((total, share) => total + share, 0);
        // A projection is no longer than what is projected.
        assert.ok(Math.abs(sum) <= length * 1.01 + 1e-6, `${String(sum)} of ${String(length)}`);
      }),
    );
  });
});

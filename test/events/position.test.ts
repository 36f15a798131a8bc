import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ORIGIN, advance, formatPosition, parsePosition, sequence } from '../../events/position.ts';

describe('a position', () => {
  it('is read as it was written', () => {
    const place = fc.record({
      partition: fc.nat(99_999),
      sequence: fc.nat(999_999_999).map(sequence),
    });
    const property = fc.property(place, (position) => {
      assert.deepEqual(parsePosition(formatPosition(position)), { ...position });
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('is nothing else', () => {
    const texts = [
      '',
      '1',
      ':',
      '0:',
      ':0',
      '0:-1',
      '-1:0',
      '0:1.5',
      '0:1x',
      ' 0:1',
      '0:1:2',
      '0@1',
    ];
    for (const text of texts) assert.equal(parsePosition(text), undefined, text);
  });
});

describe('a sequence', () => {
  it('is a whole number from -1 on', () => {
    assert.deepEqual([sequence(-1), sequence(0)], [ORIGIN, 0]);
    for (const value of [-2, 0.5, NaN, Infinity, 2 ** 53]) {
      assert.throws(() => sequence(value), RangeError);
    }
  });

  it('advances over a range that starts where the reader stands, and refuses any other', () => {
    const to = sequence(5);
    assert.equal(advance(ORIGIN, { from: ORIGIN, to }), to);
    assert.equal(advance(to, { from: to, to }), to);
    for (const from of [ORIGIN, sequence(4), sequence(6)]) {
      assert.throws(() => advance(to, { from, to: sequence(9) }), RangeError);
    }
    assert.throws(() => advance(to, { from: to, to: sequence(4) }), RangeError);
  });
});

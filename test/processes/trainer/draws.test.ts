import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Draws } from '../../../processes/trainer/draws.ts';

describe('draws', () => {
  it('order all numbers, each once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(300), (seed, length) => {
        const order = new Draws(seed, 1, 0).order(length);
        assert.deepEqual(
          Array.from(order).sort((one, other) => one - other),
          Array.from({ length }, (_, at) => at),
        );
      }),
    );
  });

  it('differ by seed, epoch and partition', () => {
    const words = [
      [1, 1, 0],
      [2, 1, 0],
      [1, 2, 0],
      [1, 1, 1],
    ].map(([seed, epoch, partition]) => new Draws(seed!, epoch!, partition!).word());
    assert.equal(new Set(words).size, 4);
  });
});

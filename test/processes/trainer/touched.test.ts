import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Touched } from '../../../processes/trainer/touched.ts';

describe('the rows that a block touches', () => {
  it('have a slot each, and are forgotten with the block', () => {
    const row = fc.nat(4_999);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 3_000 }), fc.array(row), (first, second) => {
        const touched = new Touched(5_000);
        for (const batch of [first, second]) {
          touched.clear();
          const slots = batch.map((one) => touched.slot(one));
          assert.deepEqual(
            slots.map((slot) => touched.rows[slot]),
            batch,
          );
          assert.equal(touched.rows.length, new Set(batch).size);
        }
      }),
      { numRuns: 50 },
    );
  });
});

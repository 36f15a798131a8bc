import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode } from '../../../events/error.ts';
import { UPCASTERS, payloadVersion, upcast } from '../../../events/blocks/upcasting.ts';
import type { Upcasters } from '../../../events/blocks/upcasting.ts';

const STEPS: Upcasters = {
  ...UPCASTERS,
  IndexReleased: [
    (payload) => ({ ...payload, second: 2 }),
    (payload) => ({ ...payload, third: 3 }),
  ],
};

describe('upcasting', () => {
  it('runs the steps from the stored version on', () => {
    assert.equal(payloadVersion('IndexReleased', STEPS), 3);
    const lifted = [1, 2, 3].map((version) => upcast('IndexReleased', version, { a: 1 }, STEPS));
    assert.deepEqual(lifted, [{ a: 1, second: 2, third: 3 }, { a: 1, third: 3 }, { a: 1 }]);
  });

  it('refuses a version that is not known', () => {
    for (const version of [0, 4]) {
      assert.throws(
        () => upcast('IndexReleased', version, {}, STEPS),
        (error) => hasCode(error, 'INVALID'),
      );
    }
  });
});

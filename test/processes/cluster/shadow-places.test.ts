import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode } from '../../../events/error.ts';
import { sequence } from '../../../events/position.ts';
import { besideLive, SHADOW_DECLINES_MAX } from '../../../processes/cluster/shadow-places.ts';

const control = { signal: new AbortController().signal };

function advance(isHeld: boolean, attempt: number): Promise<number> {
  const versions = { advanceShadow: () => Promise.resolve(sequence(7)) };
  const place = { isHeld: () => isHeld, attempt: () => attempt };
  return besideLive(versions, place).advanceShadow('v2', 1, sequence(9), control);
}

describe('the lease of a shadow', () => {
  it('is taken where the partition is moved', async () => {
    assert.equal(await advance(true, 1), 7);
  });

  it('is left to the worker that moves the partition, which may be late but not for ever', async () => {
    for (const attempt of [1, SHADOW_DECLINES_MAX]) {
      await assert.rejects(advance(false, attempt), (error) => hasCode(error, 'BUSY'));
    }
    assert.equal(await advance(false, SHADOW_DECLINES_MAX + 1), 7);
  });
});

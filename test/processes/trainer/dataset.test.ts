import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_TRAINER_SETTINGS } from '../../../activities/trainer.ts';
import { weighByRecency } from '../../../processes/trainer/dataset.ts';

describe('weights by recency', () => {
  const settings = { ...DEFAULT_TRAINER_SETTINGS, recencyHalfLifeShare: 0.25, recencyFloor: 0 };

  it('halve over a share of the dataset, counted back from its end', () => {
    const weighed = weighByRecency(new Float32Array(8).fill(1), settings);
    assert.equal(weighed[7], 1);
    assert.equal(weighed[5], 0.5);
    assert.equal(weighed[3], 0.25);
  });

  it('never fall below their floor, and keep the sign of what was disliked', () => {
    const weights = new Float32Array(1_000).fill(-0.5);
    const weighed = weighByRecency(weights, {
      ...settings,
      recencyHalfLifeShare: 0.01,
      recencyFloor: 0.25,
    });
    assert.equal(weighed[999], -0.5);
    assert.ok(weighed[0]! <= -0.125 && weighed[0]! > -0.126);
  });

  it('are left alone where nothing is asked', () => {
    const weights = Float32Array.of(1, 0.5);
    const weighed = weighByRecency(weights, { ...settings, recencyHalfLifeShare: 0 });
    assert.deepEqual(weighed, weights);
  });
});

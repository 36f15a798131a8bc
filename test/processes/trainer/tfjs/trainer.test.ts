import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BatchSettings } from '../../../../model/batch/batch-trainer.ts';
import { readNativeParts } from '../../../../processes/core/native-parts.ts';
import { createTfjsTrainer } from '../../../../processes/trainer/tfjs/trainer.ts';
import { batchTrainerContract } from '../../../contracts/batch-trainer.contract.ts';

const SETTINGS: BatchSettings = {
  ...{ dimensions: 8, solver: 'sgd', epochs: 12, learningRate: 0.1, regularization: 0.002 },
  ...{ negatives: 8, initDeviation: 0.1, unobservedWeight: 0, frequencyExponent: 0 },
  ...{ warmStartEpochs: 0, seed: 5, threads: 2 },
};

const { unavailable } = readNativeParts().tfjs;
batchTrainerContract({ name: 'tfjs', factory: createTfjsTrainer, settings: SETTINGS, unavailable });
batchTrainerContract({
  name: 'tfjs, from what als has solved',
  factory: createTfjsTrainer,
  settings: { ...SETTINGS, warmStartEpochs: 2 },
  unavailable,
});

describe('the tfjs trainer', () => {
  it('refuses a solver that it does not have', async () => {
    const pairs = {
      ...{ users: 1, items: 1 },
      userRows: Uint32Array.of(0),
      itemRows: Uint32Array.of(0),
    };
    await assert.rejects(() => createTfjsTrainer(pairs, { ...SETTINGS, solver: 'als' }), {
      code: 'INVALID',
      message: /no solver als/,
    });
  });
});

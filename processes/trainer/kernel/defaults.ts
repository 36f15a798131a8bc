import type { BatchSettings, TrainingPairs } from '../../../model/batch/batch-trainer.ts';

/** What a training is set to beside its dimensions. */
export type KernelSettings = Omit<BatchSettings, 'dimensions'>;

/** What a cell that was not chosen weighs in `als`: this factor, times a power of the share of cells that were. */
const UNOBSERVED_FACTOR = 1.2;
const UNOBSERVED_EXPONENT = 2 / 3;

/**
 * The settings that the kernel trains with unasked, chosen on held-out items of training sets. The weight of what was
 * not chosen follows from how dense the pairs are, for the best one does: in sets that fill a twentieth, a seventieth and
 * a five-hundredth of their cells it was about 0.15, 0.05 and 0.02.
 */
export function kernelDefaults(
  solver: BatchSettings['solver'],
  pairs: TrainingPairs,
): KernelSettings {
  const density = pairs.userRows.length / Math.max(1, pairs.users * pairs.items);
  const shared = {
    negatives: 8,
    initDeviation: 0.1,
    seed: 1,
    threads: 2,
    learningRate: 0.002,
    warmStartEpochs: 0,
  };
  if (solver === 'sgd') {
    const unused = { unobservedWeight: 0, frequencyExponent: 0 };
    return { ...shared, solver, epochs: 256, regularization: 0.005, ...unused };
  }
  return {
    ...{ ...shared, solver, epochs: 8, initDeviation: 0.01, regularization: 0.3 },
    ...{
      unobservedWeight: UNOBSERVED_FACTOR * density ** UNOBSERVED_EXPONENT,
      frequencyExponent: 0.5,
    },
  };
}

import type { BatchSettings, TrainingPairs } from '../../../model/batch/batch-trainer.ts';

/** What a training is set to beside its dimensions. */
export type KernelSettings = Omit<BatchSettings, 'dimensions'>;

/** What everything that was not chosen weighs in `als`, as a multiple of what was chosen. */
const UNOBSERVED_TOTAL = 4;

/**
 * The settings that the kernel trains with unasked, chosen on held-out items of training sets. The weight of what was
 * not chosen follows from how dense the pairs are: a thousandth of all cells filled needs another than a twentieth.
 */
export function kernelDefaults(
  solver: BatchSettings['solver'],
  pairs: TrainingPairs,
): KernelSettings {
  const density = pairs.userRows.length / Math.max(1, pairs.users * pairs.items);
  const shared = { negatives: 8, initDeviation: 0.1, seed: 1, threads: 2, learningRate: 0.002 };
  if (solver === 'sgd') {
    const unused = { unobservedWeight: 0, frequencyExponent: 0 };
    return { ...shared, solver, epochs: 256, regularization: 0.005, ...unused };
  }
  return {
    ...{ ...shared, solver, epochs: 10, initDeviation: 0.01, regularization: 0.3 },
    ...{ unobservedWeight: UNOBSERVED_TOTAL * density, frequencyExponent: 0.5 },
  };
}

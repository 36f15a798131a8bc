import type {
  BatchModel,
  BatchSettings,
  TrainingPairs,
} from '../../../model/batch/batch-trainer.ts';
import { popularityModel } from '../../../model/batch/popularity-model.ts';
import { Draws } from '../draws.ts';
import { kernelDefaults } from '../kernel/defaults.ts';
import { createKernelTrainer } from '../kernel/trainer.ts';
import { logitScale, scaleToLogits } from '../logit-scale.ts';

/**
 * The model before the first epoch: small normal rows, an output layer of ones, and each item's bias where its share of
 * chosen to drawn pairs would put it, so that epochs learn taste and not popularity.
 */
export function startModel(pairs: TrainingPairs, settings: BatchSettings): BatchModel {
  const { users, items, userRows } = pairs;
  const { dimensions, initDeviation, negatives, seed } = settings;
  const draws = new Draws(seed, 0, 0);
  const rows = (count: number) =>
    Float32Array.from({ length: count * dimensions }, () => initDeviation * normal(draws));
  const drawn = (Math.max(1, negatives) * userRows.length) / items;
  return {
    dimensions,
    userVectors: rows(users),
    userBias: new Float32Array(users),
    itemVectors: rows(items),
    itemBias: popularityModel(pairs).itemBias.map((count) => Math.log((count + 1) / (drawn + 1))),
    output: new Float32Array(dimensions).fill(1),
  };
}

/**
 * The model before the first epoch where the kernel's `als` has found it in seconds: its rows, scaled so that a score is
 * a logit, with one bias for all items; popularity stands in the rows.
 */
export async function warmStart(
  pairs: TrainingPairs,
  settings: BatchSettings,
): Promise<BatchModel> {
  const { dimensions, negatives, seed, threads, warmStartEpochs: epochs } = settings;
  const defaults = kernelDefaults('als', pairs);
  const trainer = await createKernelTrainer(pairs, {
    ...defaults,
    ...{ dimensions, seed, threads, epochs },
  });
  try {
    for (let epoch = 1; epoch <= epochs; epoch += 1) await trainer.epoch();
    const solved = await trainer.model();
    const scale = logitScale(solved, pairs, { negatives, draws: new Draws(seed, 0, 1) });
    return scaleToLogits(solved, scale, new Float32Array(pairs.items).fill(scale.bias));
  } finally {
    await trainer.close();
  }
}

/** A draw of the standard normal distribution (Box and Muller). */
function normal(draws: Draws): number {
  const radius = Math.sqrt(-2 * Math.log((draws.word() + 1) / 4_294_967_297));
  return radius * Math.cos((2 * Math.PI * draws.word()) / 4_294_967_296);
}

import type { BatchModel } from './batch-trainer.ts';
import type { CandidateScorer } from './leave-one-out.ts';

/** Scores candidates by a batch model, summed in the order of the dimensions in 64 bits. */
export function scorerOf(model: BatchModel): CandidateScorer {
  const { dimensions, userVectors, userBias, itemVectors, itemBias, output } = model;
  const query = new Float64Array(dimensions);
  return (user, candidates, scores) => {
    for (let at = 0; at < dimensions; at += 1) {
      query[at] = (output[at] as number) * (userVectors[user * dimensions + at] as number);
    }
    const own = userBias[user] as number;
    for (let slot = 0; slot < candidates.length; slot += 1) {
      const item = candidates[slot] as number;
      let sum = 0;
      for (let at = 0; at < dimensions; at += 1) {
        sum += (query[at] as number) * (itemVectors[item * dimensions + at] as number);
      }
      scores[slot] = sum + (itemBias[item] as number) + own;
    }
  };
}

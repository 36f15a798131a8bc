import type { BatchModel, TrainingPairs } from './batch-trainer.ts';

/** The floor of every table: a model of no dimensions whose item bias is how often an item was chosen. */
export function popularityModel({ users, items, itemRows }: TrainingPairs): BatchModel {
  const itemBias = new Float32Array(items);
  for (const item of itemRows) itemBias[item] = (itemBias[item] as number) + 1;
  const none = new Float32Array(0);
  return {
    dimensions: 0,
    userVectors: none,
    userBias: new Float32Array(users),
    itemVectors: none,
    itemBias,
    output: none,
  };
}

import { TENSOR } from '../../actors/runtime/partition-checkpoint.ts';
import type { TrainerSettings } from '../../activities/trainer.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { UserItems } from './batch.ts';
import type { TrainingRows } from './batch.ts';
import type { Pairs } from './ranking.ts';

/** One partition's dataset as the trainer reads it. */
export interface PartitionDataset {
  readonly rows: TrainingRows;
  readonly validation: Pairs;
  readonly holdout: Pairs;
  /** What each user had seen at the cut. */
  readonly seen: UserItems;
}

/** Takes the columns of a dataset's file, weighed by recency, and what users had seen from the parent's. */
export function readPartitionDataset(
  dataset: Checkpoint,
  parent: Checkpoint,
  settings: TrainerSettings,
): PartitionDataset {
  const weights = floatColumn(dataset, 'trainWeights');
  return {
    rows: {
      users: rowColumn(dataset, 'trainUsers'),
      items: rowColumn(dataset, 'trainItems'),
      weights: weighByRecency(weights, settings),
    },
    validation: firstPairs(
      {
        users: rowColumn(dataset, 'validationUsers'),
        items: rowColumn(dataset, 'validationItems'),
      },
      settings.validationPairsMax,
    ),
    holdout: {
      users: rowColumn(dataset, 'holdoutUsers'),
      items: rowColumn(dataset, 'holdoutItems'),
    },
    seen: seenAtCut(parent),
  };
}

/** Weights halve over a share of the dataset, counted back from its end, down to a floor. */
export function weighByRecency(weights: Float32Array, settings: TrainerSettings): Float32Array {
  const { recencyHalfLifeShare, recencyFloor } = settings;
  if (recencyHalfLifeShare === 0) return weights;
  const halfLife = recencyHalfLifeShare * weights.length;
  return weights.map((weight, row) => {
    const recency = 2 ** (-(weights.length - 1 - row) / halfLife);
    return weight * (recencyFloor + (1 - recencyFloor) * recency);
  });
}

function seenAtCut(parent: Checkpoint): UserItems {
  const offsets = rowColumn(parent, TENSOR.seenOffsets);
  const items = rowColumn(parent, TENSOR.seenItems);
  const users = new Uint32Array(items.length);
  for (let user = 0; user + 1 < offsets.length; user += 1) {
    users.fill(user, offsets[user], offsets[user + 1]);
  }
  return new UserItems(users, items, offsets.length - 1);
}

function firstPairs(pairs: Pairs, max: number): Pairs {
  return { users: pairs.users.subarray(0, max), items: pairs.items.subarray(0, max) };
}

function rowColumn(checkpoint: Checkpoint, name: string): Uint32Array {
  const data = checkpoint.tensors[name]?.data;
  if (data instanceof Uint32Array) return data;
  throw new RangeError(`the file holds no column ${name} of rows`);
}

function floatColumn(checkpoint: Checkpoint, name: string): Float32Array {
  const data = checkpoint.tensors[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new RangeError(`the file holds no column ${name} of 32-bit floats`);
}

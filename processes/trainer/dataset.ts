import { TENSOR } from '../../actors/runtime/partition-checkpoint.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { Pairs } from './ranking.ts';
import { UserItems } from './user-items.ts';

/** The interactions of one partition by row, in the journal's order; the weight of a negative one is below 0. */
export interface TrainingRows {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  readonly weights: Float32Array;
}

/** One partition's dataset as the trainer reads it. */
export interface PartitionDataset {
  readonly rows: TrainingRows;
  readonly validation: Pairs;
  readonly holdout: Pairs;
  /** What each user had seen at the cut. */
  readonly seen: UserItems;
}

/** Held-out pairs that are ranked after each epoch, at most. */
const VALIDATION_PAIRS_MAX = 5_000;

/** Takes the columns of a dataset's file, and what users had seen from the parent's. */
export function readPartitionDataset(dataset: Checkpoint, parent: Checkpoint): PartitionDataset {
  return {
    rows: {
      users: rowColumn(dataset, 'trainUsers'),
      items: rowColumn(dataset, 'trainItems'),
      weights: floatColumn(dataset, 'trainWeights'),
    },
    validation: {
      users: rowColumn(dataset, 'validationUsers').subarray(0, VALIDATION_PAIRS_MAX),
      items: rowColumn(dataset, 'validationItems').subarray(0, VALIDATION_PAIRS_MAX),
    },
    holdout: {
      users: rowColumn(dataset, 'holdoutUsers'),
      items: rowColumn(dataset, 'holdoutItems'),
    },
    seen: seenAtCut(parent),
  };
}

/** The pairs that stand at the end: of all that a user did with an item the last counts, and only where it was liked. */
export function standingPairs(
  { users, items, weights }: TrainingRows,
  userCount: number,
): { readonly users: Uint32Array; readonly items: Uint32Array } {
  const order = new UserItems(
    users,
    Uint32Array.from(users, (_, row) => row),
    userCount,
  );
  const standing = { users: new Uint32Array(users.length), items: new Uint32Array(users.length) };
  let length = 0;
  for (let user = 0; user < userCount; user += 1) {
    const liked = new Map<number, boolean>();
    for (const row of order.of(user)) liked.set(items[row] as number, (weights[row] as number) > 0);
    for (const [item, isLiked] of liked) {
      if (!isLiked) continue;
      standing.users[length] = user;
      standing.items[length] = item;
      length += 1;
    }
  }
  return { users: standing.users.slice(0, length), items: standing.items.slice(0, length) };
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

import { createHash } from 'node:crypto';
import type {
  BatchModel,
  BatchSettings,
  TrainingPairs,
} from '../../../../model/batch/batch-trainer.ts';
import { Draws } from '../../../../processes/trainer/draws.ts';

/** Settings of a small training. */
export function settingsOf(own: Partial<BatchSettings> = {}): BatchSettings {
  return {
    dimensions: 12,
    solver: 'sgd',
    epochs: 2,
    learningRate: 0.05,
    regularization: 0.01,
    negatives: 3,
    initDeviation: 0.1,
    unobservedWeight: 0.2,
    warmStartEpochs: 0,
    frequencyExponent: 0.5,
    seed: 7,
    threads: 1,
    ...own,
  };
}

/** Pairs of two tastes: users and items of the same half meet often, of different halves seldom; each pair once. */
export function twoTastes(users: number, items: number, perUser: number, seed = 1): TrainingPairs {
  const draws = new Draws(seed, 0, 0);
  const userRows: number[] = [];
  const itemRows: number[] = [];
  for (let user = 0; user < users; user += 1) {
    const own = new Set<number>();
    for (let draw = 0; draw < perUser; draw += 1) {
      const item = draws.below(items);
      // An item of the other taste is drawn again once.
      own.add(item % 2 === user % 2 ? item : draws.below(items));
    }
    for (const item of own) {
      userRows.push(user);
      itemRows.push(item);
    }
  }
  return {
    users,
    items,
    userRows: Uint32Array.from(userRows),
    itemRows: Uint32Array.from(itemRows),
  };
}

/** The SHA-256 of all that a model holds. */
export function hashOf(model: BatchModel): string {
  const hash = createHash('sha256');
  for (const tensor of [
    model.userVectors,
    model.userBias,
    model.itemVectors,
    model.itemBias,
    model.output,
  ]) {
    hash.update(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength));
  }
  return hash.digest('hex');
}

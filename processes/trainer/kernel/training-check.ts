import { RepriseError } from '../../../events/error.ts';
import type { BatchSettings, TrainingPairs } from '../../../model/batch/batch-trainer.ts';
import { STRATA } from './strata.ts';

/** Threads that a training takes at most: as many as blocks may run side by side. */
export const TRAINING_THREADS_MAX = STRATA;

const wholeFrom = (low: number, high: number) => (value: number) =>
  Number.isInteger(value) && value >= low && value <= high;
const from0To = (high: number) => (value: number) => value >= 0 && value <= high;

type Check = readonly [holds: (value: number) => boolean, form: string];

const CHECKS: Readonly<Record<Exclude<keyof BatchSettings, 'solver'>, Check>> = {
  dimensions: [(d) => wholeFrom(4, 512)(d) && d % 4 === 0, 'a multiple of 4 from 4 to 512'],
  epochs: [wholeFrom(0, 10_000), 'a whole number from 0 to 10000'],
  learningRate: [from0To(1), 'a number from 0 to 1'],
  regularization: [from0To(1_000), 'a number from 0 to 1000'],
  negatives: [wholeFrom(0, 64), 'a whole number from 0 to 64'],
  initDeviation: [from0To(1), 'a number from 0 to 1'],
  unobservedWeight: [from0To(1_000), 'a number from 0 to 1000'],
  frequencyExponent: [from0To(2), 'a number from 0 to 2'],
  seed: [wholeFrom(0, 0xffffffff), 'a whole number from 0 to 4294967295'],
  threads: [
    wholeFrom(1, TRAINING_THREADS_MAX),
    `a whole number from 1 to ${String(TRAINING_THREADS_MAX)}`,
  ],
};

/** Throws INVALID, naming field and remedy, where pairs or settings cannot be trained on. */
export function checkTraining(pairs: TrainingPairs, settings: BatchSettings): void {
  for (const [name, [holds, form]] of Object.entries(CHECKS)) {
    const value = settings[name as keyof typeof CHECKS];
    if (!holds(value)) refuse(name, `${name} is ${form}, not ${String(value)}`);
  }
  const solver: string = settings.solver;
  if (solver !== 'sgd' && solver !== 'als') refuse('solver', `solver is sgd or als, not ${solver}`);
  if (settings.solver === 'als' && settings.regularization === 0) {
    refuse('regularization', 'regularization is above 0 for als, or a row may have no solution');
  }
  checkPairs(pairs);
}

function checkPairs({ users, items, userRows, itemRows }: TrainingPairs): void {
  if (userRows.length === 0) refuse('userRows', 'there is no pair to learn from: give at least one');
  if (userRows.length !== itemRows.length) {
    refuse('itemRows', 'the columns of a pair differ in length: give an item row for each user row');
  }
  if (userRows.some((row) => row >= users)) {
    refuse('userRows', `a user row is past the end: rows are below ${String(users)}`);
  }
  if (itemRows.some((row) => row >= items)) {
    refuse('itemRows', `an item row is past the end: rows are below ${String(items)}`);
  }
}

function refuse(field: string, message: string): never {
  throw new RepriseError('INVALID', message, { field });
}

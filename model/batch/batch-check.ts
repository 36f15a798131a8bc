import type { BatchModel, BatchSettings, TrainerMemory, TrainingPairs } from './batch-trainer.ts';

type NumberSetting = Exclude<keyof BatchSettings, 'solver'>;

const wholeFrom = (low: number, high: number) => (value: number) =>
  Number.isInteger(value) && value >= low && value <= high;
const from0To = (high: number) => (value: number) => value >= 0 && value <= high;

const CHECKS: Readonly<
  Record<NumberSetting, readonly [holds: (value: number) => boolean, form: string]>
> = {
  dimensions: [
    (value) => wholeFrom(4, 512)(value) && value % 4 === 0,
    'a multiple of 4 from 4 to 512',
  ],
  epochs: [wholeFrom(0, 10_000), 'a whole number from 0 to 10000'],
  learningRate: [from0To(1), 'a number from 0 to 1'],
  regularization: [from0To(1_000), 'a number from 0 to 1000'],
  negatives: [wholeFrom(0, 64), 'a whole number from 0 to 64'],
  initDeviation: [from0To(1), 'a number from 0 to 1'],
  unobservedWeight: [from0To(1_000), 'a number from 0 to 1000'],
  frequencyExponent: [from0To(2), 'a number from 0 to 2'],
  warmStartEpochs: [wholeFrom(0, 1_000), 'a whole number from 0 to 1000'],
  seed: [wholeFrom(0, 0xffff_ffff), 'a whole number from 0 to 4294967295'],
  threads: [wholeFrom(1, 64), 'a whole number from 1 to 64'],
};

/** Throws an Error of code INVALID, naming field and remedy, where one of these settings is unknown or out of its range. */
export function checkBatchSettings(settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (!Object.hasOwn(CHECKS, name)) {
      refuse(name, `${name} is not a setting of a batch trainer: leave it out`);
    }
    const [holds, form] = CHECKS[name as NumberSetting];
    if (!holds(value)) refuse(name, `${name} is ${form}, not ${String(value)}`);
  }
}

/** Throws an Error of code INVALID, naming field and remedy, where pairs or settings cannot be trained on. */
export function checkBatch(pairs: TrainingPairs, settings: BatchSettings): void {
  for (const name of Object.keys(CHECKS)) {
    checkBatchSettings({ [name]: settings[name as NumberSetting] });
  }
  const { users, items, userRows, itemRows } = pairs;
  if (userRows.length === 0 || userRows.length !== itemRows.length) {
    refuse('userRows', 'there is no item for each user of the pairs: give at least one pair');
  }
  if (userRows.some((row) => row >= users) || itemRows.some((row) => row >= items)) {
    refuse('userRows', 'a pair names a row past the end: count users and items by their rows');
  }
}

/** Throws an Error of code INVALID where a model has other rows than the pairs, or other dimensions than the settings. */
export function checkBatchModel(
  model: BatchModel,
  { users, items }: TrainingPairs,
  { dimensions }: BatchSettings,
): void {
  const lengths = {
    userVectors: users * dimensions,
    userBias: users,
    itemVectors: items * dimensions,
    itemBias: items,
    output: dimensions,
  };
  for (const [name, length] of Object.entries(lengths)) {
    const found = model[name as keyof typeof lengths].length;
    if (found === length) continue;
    refuse(
      name,
      `the model's ${name} holds ${String(found)} numbers, not ${String(length)}: load one of the same rows and dimensions`,
    );
  }
}

/** Takes a column of what an optimiser remembers; throws an Error of code INVALID where it has another form. */
export function takeMemory<Column extends Float32Array | Uint32Array>(
  memory: TrainerMemory,
  name: string,
  into: Column,
): void {
  const found = memory[name];
  if (found?.constructor === into.constructor && found.length === into.length) into.set(found);
  else refuse(name, `the trainer's memory ${name} does not fit its model: load both of one epoch`);
}

function refuse(field: string, message: string): never {
  throw Object.assign(new Error(message), { code: 'INVALID', field });
}

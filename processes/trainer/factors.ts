import { TRAINED_TENSORS, trainedTensorName } from '../../activities/base-checkpoint.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import type { RankedRows } from './ranking.ts';

/** A table of rows and the row-wise optimiser's memory: the sum of each row's mean squared gradients. */
export interface Factors {
  readonly values: Float32Array;
  readonly squares: Float32Array;
  /** Floats a row. */
  readonly width: number;
}

/** What is trained of one partition. */
export interface PartitionFactors {
  readonly users: Factors;
  readonly items: Factors;
  readonly bias: Factors;
  /** The output layer h: one row. */
  readonly output: Factors;
}

const TABLES = ['users', 'items', 'bias', 'output'] as const;

/** Names what an epoch's checkpoint holds beside the candidate's rows, so that the next epoch can go on from it. */
function stateName(
  partition: number,
  table: (typeof TABLES)[number],
  what: 'trained' | 'squares',
): string {
  return `${trainedTensorName(partition, table)}.${what}`;
}

/** Takes a partition's factors from the parent's checkpoint: the optimiser remembers nothing yet. */
export function startFactors(parent: Checkpoint, learner: LearnerSettings): PartitionFactors {
  const width = learner.dimensions;
  const table = (name: (typeof TABLES)[number], floatsARow: number): Factors => {
    const values = floats(parent, TRAINED_TENSORS[name]);
    return { values, squares: new Float32Array(values.length / floatsARow), width: floatsARow };
  };
  return {
    users: table('users', width),
    items: table('items', width),
    bias: table('bias', 1),
    output: table('output', width),
  };
}

/** Takes a partition's factors from the checkpoint of the epoch before. */
export function loadFactors(
  epoch: Checkpoint,
  partition: number,
  learner: LearnerSettings,
): PartitionFactors {
  const table = (name: (typeof TABLES)[number], width: number): Factors => ({
    values: floats(epoch, stateName(partition, name, 'trained')),
    squares: floats(epoch, stateName(partition, name, 'squares')),
    width,
  });
  const width = learner.dimensions;
  return {
    users: table('users', width),
    items: table('items', width),
    bias: table('bias', 1),
    output: table('output', width),
  };
}

/**
 * The rows of the candidate: the trained ones averaged with the parent's. Both fit the same events from one start, and
 * their mean is seldom worse than either; what the parent learned last is not lost.
 */
export function candidateRows(
  trained: PartitionFactors,
  parent: PartitionFactors,
  trainedShare: number,
): RankedRows {
  const mean = (table: (typeof TABLES)[number]): Float32Array => {
    const before = parent[table].values;
    return trained[table].values.map(
      (value, at) => trainedShare * value + (1 - trainedShare) * (before[at] as number),
    );
  };
  return { users: mean('users'), items: mean('items'), bias: mean('bias'), output: mean('output') };
}

/** The tensors of a partition for an epoch's checkpoint: the candidate's rows, and what the next epoch goes on from. */
export function epochTensors(
  partition: number,
  candidate: RankedRows,
  trained: PartitionFactors,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const name of TABLES) {
    const { values, squares, width } = trained[name];
    const shape = [squares.length, width];
    tensors[trainedTensorName(partition, name)] = { shape, data: candidate[name] };
    tensors[stateName(partition, name, 'trained')] = { shape, data: values };
    tensors[stateName(partition, name, 'squares')] = { shape: [squares.length], data: squares };
  }
  return tensors;
}

/** Takes the candidate's rows of a partition from an epoch's checkpoint. */
export function readCandidate(epoch: Checkpoint, partition: number): RankedRows {
  const rows = (name: (typeof TABLES)[number]) => floats(epoch, trainedTensorName(partition, name));
  return { users: rows('users'), items: rows('items'), bias: rows('bias'), output: rows('output') };
}

/** A partition's factors as the rows that answers are ranked by. */
export function rankedRows({ users, items, bias, output }: PartitionFactors): RankedRows {
  return { users: users.values, items: items.values, bias: bias.values, output: output.values };
}

/** A tensor of 32-bit floats, copied so that it can be written to. */
function floats(checkpoint: Checkpoint, name: string): Float32Array {
  const data = checkpoint.tensors[name]?.data;
  if (data instanceof Float32Array) return data.slice();
  throw new RangeError(`the file holds no tensor ${name} of 32-bit floats`);
}

import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import type { Draws } from './draws.ts';

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

/** Names the tensor of a partition's table in an epoch's checkpoint. */
export function factorTensorName(
  partition: number,
  table: (typeof TABLES)[number],
  squares = false,
): string {
  return `p${String(partition)}.${table}${squares ? '.squares' : ''}`;
}

/** Takes a partition's factors from the parent's rows; users in `fresh` start from a drawn row instead. */
export function startFactors(
  start: Checkpoint,
  learner: LearnerSettings,
  fresh: Uint32Array,
  draws: Draws,
): PartitionFactors {
  const width = learner.dimensions;
  const users = floats(start, 'users');
  for (const user of fresh) {
    for (let at = 0; at < width; at += 1)
      users[user * width + at] = draws.normal() * learner.initDeviation;
  }
  return {
    users: withSquares(users, width),
    items: withSquares(floats(start, 'items'), width),
    bias: withSquares(floats(start, 'itemBias'), 1),
    output: withSquares(floats(start, 'output'), width),
  };
}

/** Takes a partition's factors from the checkpoint of the epoch before. */
export function loadFactors(
  epoch: Checkpoint,
  partition: number,
  learner: LearnerSettings,
): PartitionFactors {
  const table = (name: (typeof TABLES)[number], width: number): Factors => ({
    values: floats(epoch, factorTensorName(partition, name)),
    squares: floats(epoch, factorTensorName(partition, name, true)),
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

/** The tensors of a partition's factors, for an epoch's checkpoint. */
export function factorTensors(
  partition: number,
  factors: PartitionFactors,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const name of TABLES) {
    const { values, squares, width } = factors[name];
    tensors[factorTensorName(partition, name)] = { shape: [squares.length, width], data: values };
    tensors[factorTensorName(partition, name, true)] = { shape: [squares.length], data: squares };
  }
  return tensors;
}

/** A tensor of 32-bit floats, copied so that it can be written to. */
function floats(checkpoint: Checkpoint, name: string): Float32Array {
  const data = checkpoint.tensors[name]?.data;
  if (data instanceof Float32Array) return data.slice();
  throw new RangeError(`the file holds no tensor ${name} of 32-bit floats`);
}

function withSquares(values: Float32Array, width: number): Factors {
  return { values, squares: new Float32Array(values.length / width), width };
}

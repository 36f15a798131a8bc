import { TRAINED_TENSORS, trainedTensorName } from '../../activities/base-checkpoint.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';
import type { LearnerSettings } from '../../model/settings.ts';

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

function squaresName(partition: number, table: (typeof TABLES)[number]): string {
  return `${trainedTensorName(partition, table)}.squares`;
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
    values: floats(epoch, trainedTensorName(partition, name)),
    squares: floats(epoch, squaresName(partition, name)),
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
    tensors[trainedTensorName(partition, name)] = { shape: [squares.length, width], data: values };
    tensors[squaresName(partition, name)] = { shape: [squares.length], data: squares };
  }
  return tensors;
}

/** A tensor of 32-bit floats, copied so that it can be written to. */
function floats(checkpoint: Checkpoint, name: string): Float32Array {
  const data = checkpoint.tensors[name]?.data;
  if (data instanceof Float32Array) return data.slice();
  throw new RangeError(`the file holds no tensor ${name} of 32-bit floats`);
}

import type { Checkpoint, Tensor } from '../checkpoint.ts';
import { encodeCheckpoint } from '../safetensors.ts';
import { createSha256 } from '../sha256.ts';
import type { BatchModel, BatchSettings, TrainerMemory } from './batch-trainer.ts';

const TABLES = ['userVectors', 'userBias', 'itemVectors', 'itemBias', 'output'] as const;

/**
 * Puts a batch model into a checkpoint. The number of threads stays out of it: the same model has the same bytes
 * however many made it.
 */
export function batchCheckpoint(
  model: BatchModel,
  trainer: string,
  settings: Partial<BatchSettings>,
  epoch: number,
): Checkpoint {
  const { threads: _, ...told } = settings;
  const { dimensions } = model;
  const shapes = {
    userVectors: [model.userBias.length, dimensions],
    userBias: [model.userBias.length],
    itemVectors: [model.itemBias.length, dimensions],
    itemBias: [model.itemBias.length],
    output: [dimensions],
  };
  const tensors: Record<string, Tensor> = {};
  for (const name of TABLES) tensors[name] = { shape: shapes[name], data: model[name] };
  return {
    manifest: {
      version: `batch-${trainer}`,
      partition: 0,
      sequence: epoch,
      settings: told,
      parent: null,
      // A clock would make two checkpoints of the same training differ.
      createdMs: 0,
      extra: {},
    },
    tensors,
  };
}

/** Takes a batch model from a checkpoint; throws a RangeError where a table is missing. */
export function readBatchModel({ tensors }: Checkpoint): BatchModel {
  const table = (name: (typeof TABLES)[number]): Float32Array => {
    const data = tensors[name]?.data;
    if (data instanceof Float32Array) return data;
    throw new RangeError(`the checkpoint holds no table ${name} of 32-bit floats`);
  };
  return {
    dimensions: table('output').length,
    userVectors: table('userVectors'),
    userBias: table('userBias'),
    itemVectors: table('itemVectors'),
    itemBias: table('itemBias'),
    output: table('output'),
  };
}

const MEMORY = 'memory.';

/** Names what an optimiser remembers for a checkpoint that an epoch goes on from. */
export function memoryTensors(memory: TrainerMemory): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(memory).map(([name, data]) => [
      `${MEMORY}${name}`,
      { shape: [data.length], data },
    ]),
  );
}

/** Takes what an optimiser remembers from a checkpoint. */
export function readTrainerMemory({ tensors }: Checkpoint): TrainerMemory {
  const memory: Record<string, Float32Array | Uint32Array> = {};
  for (const [name, { data }] of Object.entries(tensors)) {
    const isColumn = data instanceof Float32Array || data instanceof Uint32Array;
    if (name.startsWith(MEMORY) && isColumn) memory[name.slice(MEMORY.length)] = data;
  }
  return memory;
}

/** The SHA-256 (hex) of the safetensors file that a checkpoint is written as. */
export function checkpointSha256(checkpoint: Checkpoint): string {
  const hash = createSha256();
  for (const chunk of encodeCheckpoint(checkpoint)) hash.update(chunk);
  return hash.hex();
}

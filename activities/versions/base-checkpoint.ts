import { TENSOR } from '../../actors/runtime/partition-checkpoint.ts';
import { RepriseError } from '../../events/error.ts';
import type { Checkpoint, Tensor } from '../../model/checkpoint.ts';

/** What a base is made for. */
export interface BaseOf {
  readonly version: string;
  readonly partition: number;
  /** The workflow that trained it. */
  readonly run: string;
}

/** The tables of one partition in an epoch's checkpoint, by the tensor of a partition's checkpoint that each replaces. */
export const TRAINED_TENSORS = {
  users: TENSOR.userVectors,
  items: TENSOR.itemVectors,
  bias: TENSOR.itemBias,
  output: TENSOR.output,
} as const;

/** Names the tensor of a partition's table in an epoch's checkpoint. */
export function trainedTensorName(partition: number, table: keyof typeof TRAINED_TENSORS): string {
  return `p${String(partition)}.${table}`;
}

/**
 * Makes a version's base of one partition: the parent's state at the cut with the trained rows in place of its own.
 * What users have seen, the popularity of items and the ids are the parent's, for they follow from the events alone.
 */
export function composeBase(parent: Checkpoint, trained: Checkpoint, of: BaseOf): Checkpoint {
  const tensors: Record<string, Tensor> = { ...parent.tensors };
  for (const table of Object.keys(TRAINED_TENSORS) as (keyof typeof TRAINED_TENSORS)[]) {
    const name = TRAINED_TENSORS[table];
    const before = parent.tensors[name];
    const after = trained.tensors[trainedTensorName(of.partition, table)];
    if (before === undefined || after?.data.length !== before.data.length) {
      throw new RepriseError(
        'DAMAGED',
        `the trained ${table} of partition ${String(of.partition)} do not fit the parent's: train again`,
      );
    }
    tensors[name] = { shape: before.shape, data: after.data };
  }
  const manifest = { ...parent.manifest, version: of.version, parent: null };
  return {
    manifest: { ...manifest, extra: { ...parent.manifest.extra, trainedBy: of.run } },
    tensors,
  };
}

import { TRAINED_TENSORS } from '../../activities/versions/base-checkpoint.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import { BlendParent } from './blend-parent.ts';
import type { ParentState } from './parent-state.ts';
import { countHits } from './ranking.ts';
import type { RankedRows } from './ranking.ts';

/** Reads the parent's state of a partition from its checkpoint at the cut. */
export function parentStateOf(
  kernels: KernelFactory,
  learner: LearnerSettings,
  parent: Checkpoint,
): ParentState {
  const tables = parentTables(parent);
  if (learner.learner === 'blend') return new BlendParent(kernels, learner, parent, tables);
  return {
    rows: tables,
    tablesOf: (rows) => rows,
    countHits: (rows, pairs, seen, turn) => countHits(kernels, rows, pairs, seen, turn),
  };
}

/** The tables of a partition's checkpoint that training replaces. */
export function parentTables(parent: Checkpoint): RankedRows {
  const table = (name: keyof typeof TRAINED_TENSORS): Float32Array => {
    const data = parent.tensors[TRAINED_TENSORS[name]]?.data;
    if (data instanceof Float32Array) return data;
    throw new RangeError(`the parent holds no table ${name} of 32-bit floats`);
  };
  return {
    ...{ users: table('users'), items: table('items') },
    ...{ bias: table('bias'), output: table('output') },
  };
}

import { RepriseError } from '../events/error.ts';
import type { Checkpoint, Tensor } from '../model/checkpoint.ts';

/** The tensors of a run as a checkpoint: it says nothing of clocks, so the same tensors give the same bytes. */
export function tensorsOfRun(
  run: string,
  tensors: Readonly<Record<string, Tensor>>,
  about: Readonly<Record<string, unknown>>,
): Checkpoint {
  const manifest = {
    version: run,
    partition: 0,
    sequence: 0,
    settings: {},
    parent: null,
    createdMs: 0,
  };
  return { manifest: { ...manifest, extra: about }, tensors };
}

/** Throws INVALID on a run that would leave its folder. */
export function assertRunName(run: string): void {
  if (/^[\w-][\w.-]{0,127}$/.test(run)) return;
  throw new RepriseError('INVALID', `run ${run} cannot name a folder: use letters, digits and -`);
}

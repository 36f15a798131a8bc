import { RepriseError } from '../events/error.ts';
import type { Checkpoint } from '../model/checkpoint.ts';

/** Checkpoints kept of a version and partition where nothing else is said. */
export const CHECKPOINTS_KEPT_MAX = 3;

/** What the name of a checkpoint's file says. */
export interface NamedCheckpoint {
  readonly version: string;
  readonly partition: number;
  readonly sequence: number;
}

/** Refuses a version that would leave its folder; versions are named by us, so this is a defect or damage. */
export function assertVersionName(version: string): void {
  if (/^[A-Za-z0-9_-][\w.-]{0,63}$/.test(version)) return;
  throw new RepriseError(
    'INVALID',
    `version ${version} cannot name a folder: use letters and digits`,
  );
}

/** Throws DAMAGED where a checkpoint is of another place than its file's name. */
export function refuseMisnamed({ manifest }: Checkpoint, named: NamedCheckpoint): void {
  const { version, partition, sequence } = manifest;
  if (version === named.version && partition === named.partition && sequence === named.sequence) {
    return;
  }
  throw new RepriseError('DAMAGED', 'its manifest is of another checkpoint than its name');
}

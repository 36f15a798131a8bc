import { TENSOR } from '../actors/runtime/partition-checkpoint.ts';
import { binaryKey } from '../events/binary-key.ts';
import { RepriseError } from '../events/error.ts';
import type { Journal } from '../events/journal.ts';
import { SURROGATE_BYTES } from '../events/surrogate.ts';
import type { Checkpoint } from '../model/checkpoint.ts';

/** The surrogates of the users whom a checkpoint holds, 16 bytes each. */
export function* surrogatesIn({ tensors }: Checkpoint): Generator<Uint8Array, void, undefined> {
  const { data } = tensors[TENSOR.surrogates] ?? {};
  if (!(data instanceof Uint8Array)) return;
  for (let at = 0; at < data.length; at += SURROGATE_BYTES) {
    yield data.subarray(at, at + SURROGATE_BYTES);
  }
}

/** Tells whether a checkpoint holds one of these users, given as {@link binaryKey} writes their surrogates. */
export function holdsAny(checkpoint: Checkpoint, users: ReadonlySet<string>): boolean {
  for (const surrogate of surrogatesIn(checkpoint)) {
    if (users.has(binaryKey(surrogate))) return true;
  }
  return false;
}

/** Throws CONFLICT where checkpoints hold a user who was erased since they were begun. */
export async function refuseErased(
  journal: Pick<Journal, 'isErased'>,
  checkpoints: readonly Checkpoint[],
): Promise<void> {
  for (const checkpoint of checkpoints) {
    for (const surrogate of surrogatesIn(checkpoint)) {
      if (!(await journal.isErased(surrogate.slice()))) continue;
      throw new RepriseError(
        'CONFLICT',
        'a user was erased since this training began, and what it trained holds them: start it again',
      );
    }
  }
}

import { TENSOR } from '../../actors/runtime/partition-checkpoint.ts';
import { binaryKey } from '../../events/binary-key.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';

/** Users looked up between two turns of the event loop. */
const USERS_A_TURN = 1_000;

/** Tells whether a checkpoint holds one of these users, given as {@link binaryKey} writes their surrogates. */
export function holdsAny(checkpoint: Checkpoint, users: ReadonlySet<string>): boolean {
  const surrogates = surrogatesOf(checkpoint);
  // Surrogates are random: most differ in the first byte pair already, and a text is made of few.
  const starts = new Set([...users].map((user) => user.charCodeAt(0) * 256 + user.charCodeAt(1)));
  for (let at = 0; at < surrogates.length; at += SURROGATE_BYTES) {
    const start = (surrogates[at] ?? 0) * 256 + (surrogates[at + 1] ?? 0);
    if (!starts.has(start)) continue;
    if (users.has(binaryKey(surrogates, at, at + SURROGATE_BYTES))) return true;
  }
  return false;
}

/** Throws CONFLICT where a checkpoint holds a user who was erased since it was begun. */
export async function refuseErased(
  { journal, yieldNow }: RefuseErasedDeps,
  checkpoint: Checkpoint,
): Promise<void> {
  const surrogates = surrogatesOf(checkpoint);
  for (let at = 0; at < surrogates.length; at += SURROGATE_BYTES) {
    if ((at / SURROGATE_BYTES) % USERS_A_TURN === 0) await yieldNow();
    if (!(await journal.isErased(surrogates.slice(at, at + SURROGATE_BYTES)))) continue;
    throw new RepriseError(
      'CONFLICT',
      'a user was erased since this training began, and what it trained holds them: start it again',
    );
  }
}

/** What {@link refuseErased} asks. */
export interface RefuseErasedDeps {
  readonly journal: Pick<Journal, 'isErased'>;
  readonly yieldNow: () => Promise<void>;
}

/** The surrogates of the users whom a checkpoint holds, 16 bytes each. */
function surrogatesOf({ tensors }: Checkpoint): Uint8Array {
  const { data } = tensors[TENSOR.surrogates] ?? {};
  return data instanceof Uint8Array ? data : new Uint8Array(0);
}

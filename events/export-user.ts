import { binaryKey } from './binary-key.ts';
import type { EventBlock } from './blocks/block.ts';
import { exportInteraction } from './export-events.ts';
import type { ExportedInteraction } from './export-events.ts';
import type { InteractionRecorded } from './fact.ts';
import { INTERACTION } from './fact.ts';
import type { Identity } from './identity.ts';
import type { Journal } from './journal.ts';
import { formatPosition, ORIGIN, sequence } from './position.ts';
import type { Partition, Sequence } from './position.ts';
import { SURROGATE_BYTES, surrogateToBytes } from './surrogate.ts';

/**
 * Yields every event of a user that the journal holds, with its own id and its context, oldest first. The partition's
 * head when it begins is where it ends.
 */
export async function* exportUser(
  journal: Pick<Journal, 'head' | 'read'>,
  identity: Identity,
  partition: Partition,
): AsyncGenerator<ExportedInteraction, void, undefined> {
  const head = journal.head(partition);
  const key = binaryKey(surrogateToBytes(identity.surrogate));
  let after: Sequence = ORIGIN;
  while (after < head) {
    const block = await journal.read(partition, after);
    if (block === undefined) return;
    const number = numberOf(block, key);
    const last = Math.min(block.count - 1, head - block.firstSequence);
    for (let row = after + 1 - block.firstSequence; number >= 0 && row <= last; row += 1) {
      if (block.kind[row] !== INTERACTION || block.user[row] !== number) continue;
      const position = formatPosition({ partition, sequence: sequence(block.firstSequence + row) });
      const keys = new Uint8Array(block.keys.buffer, block.keys.byteOffset + 16 * row, 16);
      yield exportInteraction(block.fact(row) as InteractionRecorded, position, identity, keys);
    }
    after = sequence(block.firstSequence + block.count - 1);
  }
}

/** The number of a user in a block's dictionary; −1 where the block has none of theirs. */
function numberOf({ users }: EventBlock, key: string): number {
  for (let at = 0; at < users.length; at += SURROGATE_BYTES) {
    if (binaryKey(users, at, at + SURROGATE_BYTES) === key) return at / SURROGATE_BYTES;
  }
  return -1;
}

import { INTERACTION } from '../../events/fact.ts';
import type { InteractionRecorded } from '../../events/fact.ts';
import type { EventBlock } from '../../events/blocks/block.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { sequence } from '../../events/position.ts';
import type { Partition } from '../../events/position.ts';
import { isReaction, unseal } from '../../events/seal.ts';

/** What reactions are read from. */
export interface JournalReactionDeps {
  readonly journal: Pick<Journal, 'read'>;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly yieldNow: () => Promise<void>;
}

/** An event of the journal that names an answer. */
export interface JournalReaction {
  readonly recommendationId: string;
  readonly type: string;
  readonly user: string;
  readonly item: string;
}

/**
 * Yields the reactions of a partition in the range `(from, to]`, in order. Those of users that were erased are passed
 * over: nobody can open them. No other event is opened.
 */
export async function* journalReactions(
  { journal, identities, yieldNow }: JournalReactionDeps,
  partition: Partition,
  from: number,
  to: number,
): AsyncGenerator<JournalReaction, void, undefined> {
  let after = from;
  while (after < to) {
    const block = await journal.read(partition, sequence(after));
    if (block === undefined) return;
    const rows = reactionRows(block, after, to);
    if (rows.length > 0) {
      const owners = await identities.reveal(block.users);
      for (const row of rows) {
        const owner = owners[block.user[row] ?? -1];
        if (owner === undefined) continue;
        const { type, item, sealed } = block.fact(row) as InteractionRecorded;
        const key = new Uint8Array(block.keys.buffer, block.keys.byteOffset + 16 * row, 16);
        const { recommendationId } = unseal(sealed, owner.key, key);
        if (recommendationId === undefined) continue;
        yield { recommendationId, type, item, user: owner.id };
      }
    }
    after = block.firstSequence + block.count - 1;
    await yieldNow();
  }
}

function reactionRows(block: EventBlock, after: number, to: number): readonly number[] {
  const rows: number[] = [];
  const first = Math.max(0, after + 1 - block.firstSequence);
  const last = Math.min(block.count - 1, to - block.firstSequence);
  for (let row = first; row <= last; row += 1) {
    if (block.kind[row] !== INTERACTION) continue;
    const fact = block.fact(row);
    if (fact.kind === 'InteractionRecorded' && isReaction(fact.sealed)) rows.push(row);
  }
  return rows;
}

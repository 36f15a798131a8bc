import { INTERACTION } from '../../events/fact.ts';
import { IMPRESSION } from '../../events/interaction-type.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { sequence } from '../../events/position.ts';
import { SURROGATE_BYTES } from '../../events/surrogate.ts';
import { readBackwards } from './backwards.ts';

/** Reads of each partition's journal, backwards, that users are looked for in. */
export const recentUserReadsMax = 64;

/** A user of the newest events. */
export interface RecentUser {
  readonly id: string;
  /** When their newest event happened, Unix milliseconds. */
  readonly timeMs: number;
}

/** What the users of the newest events are told from. */
export interface RecentUserDeps {
  readonly journal: Pick<Journal, 'read' | 'status'>;
  readonly identities: Pick<IdentityStore, 'reveal'>;
  readonly yieldNow: () => Promise<void>;
}

/** Lists up to n users of the newest interactions, newest first; whoever was erased is nobody any more. */
export async function recentUsers(deps: RecentUserDeps, n: number): Promise<readonly RecentUser[]> {
  const newest = new Map<string, number>();
  for (const [partition, head] of deps.journal.status().heads.entries()) {
    for (const [surrogate, timeMs] of await usersOf(deps, partition, head, n)) {
      newest.set(surrogate, timeMs);
    }
  }
  const users = [...newest].sort(([, a], [, b]) => b - a).slice(0, n);
  const surrogates = Buffer.concat(users.map(([hex]) => Buffer.from(hex, 'hex')));
  const identities = await deps.identities.reveal(surrogates);
  return users.flatMap(([, timeMs], at) => {
    const identity = identities[at];
    return identity === undefined ? [] : [{ id: identity.id, timeMs }];
  });
}

/** The users of a partition's newest interactions, by surrogate, with the time of the newest of each. */
async function usersOf(
  { journal, yieldNow }: RecentUserDeps,
  partition: number,
  head: number,
  n: number,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  const from = { partition, sequence: sequence(head) };
  for await (const { block, first, last } of readBackwards(
    journal,
    from,
    recentUserReadsMax,
    yieldNow,
  )) {
    const users = Buffer.from(block.users);
    for (let row = last; row >= first && found.size < n; row -= 1) {
      if (block.kind[row] !== INTERACTION) continue;
      // Of somebody who was only shown something nothing is known.
      if (block.types[block.type[row] ?? 0] === IMPRESSION) continue;
      const at = (block.user[row] ?? 0) * SURROGATE_BYTES;
      const surrogate = users.toString('hex', at, at + SURROGATE_BYTES);
      if (!found.has(surrogate)) found.set(surrogate, block.timeMs[row] ?? 0);
    }
    if (found.size >= n) break;
  }
  return found;
}

import { dropLeft } from '../../../activities/versions/shadow-keeping.ts';
import type { VersionedStates } from '../../../activities/versions/shadow-keeping.ts';
import type { Logger } from '../../logger.ts';
import type { FollowedAliases } from '../followed-aliases.ts';
import type { MovedPartition } from './held-versions.ts';
import { pauseFor } from '../servers/patience.ts';

/** How often it is looked for states of versions that have no name any more. */
const HELD_PRUNE_MS = 60_000;

/** What bounding the kept states of versions beside the live one needs. */
export interface HeldPruningDeps {
  readonly stores: { readonly heldCheckpoints: VersionedStates };
  readonly aliases: Pick<FollowedAliases, 'isRead'> & {
    readonly book: Pick<FollowedAliases['book'], 'aliases'>;
  };
  /** The versions that this worker holds or is to hold, with or without a name. */
  readonly held: () => Iterable<string>;
  /** The partitions that this worker moves: who moves the first does it for all. */
  readonly moved: () => readonly Pick<MovedPartition, 'partition'>[];
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

/** Deletes the states of versions that have no name any more, but for a few of the newest, until the signal aborts. */
export async function pruneHeld(deps: HeldPruningDeps, signal: AbortSignal): Promise<void> {
  const { stores, aliases, held, moved, logger } = deps;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const isFirst = moved().some(({ partition }) => partition === 0);
    if (aliases.isRead && isFirst) {
      try {
        const { live, shadow, previous } = aliases.book.aliases;
        const named = [live, shadow, previous].filter((name) => name !== null);
        const states = await dropLeft(stores.heldCheckpoints, new Set([...named, ...held()]));
        if (states > 0) logger.info({ states }, 'states of versions without a name are deleted');
      } catch (error) {
        if (!isOver()) logger.warn({ err: error }, 'kept states: trying again');
      }
    }
    await pauseFor(HELD_PRUNE_MS, signal);
  }
}

import type { PartitionNote } from '../../../activities/replay/fences.ts';
import type { BackfillRequest } from '../../../api/schema/versions.ts';
import { RepriseError } from '../../../events/error.ts';
import type { BackfillInput } from '../../../workflows/messages.ts';
import { backfillOf, BACKFILL_LEASE_MS_MAX } from '../../durable/backfills.ts';
import { headsOfNow } from '../heads-of-now.ts';
import type { FollowedAliases } from '../followed-aliases.ts';
import { heldPositions } from '../held-stands.ts';
import { pause } from '../servers/persisting.ts';
import type { ClusterStores } from '../stores.ts';

/** How long workers are waited for to tell that they stand at the journal's heads. */
export const CAUGHT_UP_WAIT_MS_MAX = 5_000;

const LOOK_MS = 250;

/** What a backfill is started from in a cluster. */
export interface BackfillStartDeps {
  readonly stores: Pick<ClusterStores, 'journal' | 'registry' | 'fences'>;
  readonly aliases: Pick<FollowedAliases, 'now'>;
  /** The version that serves here; undefined before there is a state. */
  readonly live: () => string | undefined;
  /** The versions whose backfills are under way. */
  readonly building: () => Promise<readonly string[]>;
  readonly signal: AbortSignal;
}

/** Checks a request for a backfill against what all processes know now; throws what is wrong with it. */
export async function heldBackfillOf(
  { stores, aliases, live, building, signal }: BackfillStartDeps,
  request: BackfillRequest,
): Promise<BackfillInput> {
  const { journal, registry, fences } = stores;
  const heads = await headsOfNow(journal);
  const named = await aliases.now();
  const under = await building();
  const startsLater = request.from !== undefined && journal.partitions > 1;
  const notes = startsLater ? await caughtUpNotes(fences, heads, signal) : await fences.notes();
  return backfillOf(
    {
      ...{ registry, journal, leaseMsMax: BACKFILL_LEASE_MS_MAX },
      live: () => live() ?? named.live,
      lastBarrier: () => Math.max(0, ...notes.map(({ barrier }) => barrier)),
      shadows: {
        building: under,
        positions: (version) => heldPositions(notes, version, journal.partitions),
      },
    },
    request,
  );
}

/** What workers told when they stood at these heads: then they know of every barrier before. */
async function caughtUpNotes(
  fences: Pick<ClusterStores['fences'], 'notes'>,
  heads: readonly number[],
  signal: AbortSignal,
): Promise<readonly PartitionNote[]> {
  const endMs = performance.now() + CAUGHT_UP_WAIT_MS_MAX;
  for (;;) {
    const notes = await fences.notes();
    const isThere = heads.every((head, partition) =>
      notes.some(({ fence, position }) => fence.partition === partition && position >= head),
    );
    if (isThere) return notes;
    if (performance.now() > endMs || signal.aborted) {
      throw new RepriseError(
        'UNAVAILABLE',
        'workers are behind the journal, and a start is set where they have caught up: try again in a moment, or leave from out',
      );
    }
    await pause(LOOK_MS, signal);
  }
}

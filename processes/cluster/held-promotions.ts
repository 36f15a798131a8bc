import type { CheckpointWishes } from '../../activities/replay/checkpoint-wishes.ts';
import type { PartitionNote } from '../../activities/replay/fences.ts';
import type { PromotionsPort } from '../../api/deps.ts';
import type { SharedObservedEvents } from '../../adapters/cluster/observed-events.ts';
import type { EventDoor } from '../../events/door.ts';
import type { ObservedEvent } from '../../model/stream/observed-events.ts';
import type { ObservedVersions } from '../core/comparison.ts';
import { PROMOTION_LAG_EVENTS_MAX, Promotions } from '../core/promotions.ts';
import type { PromotionsDeps } from '../core/promotions.ts';
import type { FollowedAliases } from './followed-aliases.ts';
import { headsOfNow } from './heads-of-now.ts';
import { heldPositions } from './held-stands.ts';
import { MOVER_SILENT_MS_MAX } from './meeting.ts';
import type { ClusterStores } from './stores.ts';

/** How long a promotion waits until the workers tell that they hold a version that has a name near the heads. */
export const HELD_TOLD_MS_MAX = 3_000;

const HELD_LOOK_MS = 100;

/** How long a promotion waits for checkpoints of a version whose learner APIs restore: without them they replay more. */
export const HELD_KEPT_MS_MAX = 3_000;

const KEPT_LOOK_MS = 25;

/** What promotions of a cluster work on. */
export interface HeldPromotionsDeps extends Pick<PromotionsDeps, 'serving' | 'clock' | 'sleep'> {
  readonly stores: Pick<ClusterStores, 'journal' | 'registry' | 'fences'> & {
    readonly heldCheckpoints: Pick<ClusterStores['heldCheckpoints'], 'list'>;
  };
  readonly wishes: Pick<CheckpointWishes, 'wish'>;
  readonly aliases: Pick<FollowedAliases, 'book' | 'now'>;
  readonly observed: Pick<SharedObservedEvents, 'kept'>;
  readonly door: Pick<EventDoor, 'appendShared'>;
}

/**
 * Makes versions live that workers hold at the head: each switches its partitions at exactly the promotion. What is known
 * of the workers and the journal is asked for before each.
 */
export function createHeldPromotions(deps: HeldPromotionsDeps): PromotionsPort {
  const { stores, aliases, observed, door, serving, clock, sleep } = deps;
  const { journal, registry, fences } = stores;
  let notes: readonly PartitionNote[] = [];
  let figures: ObservedVersions = observedOf(new Map());
  const promotions = new Promotions({
    ...{ registry, journal, door, serving, clock, sleep, book: aliases.book },
    shadows: { positions: (version) => heldPositions(notes, version, journal.partitions) },
    prequential: { observerOf: (version) => figures.observerOf(version) },
  });
  const seen = async <T>(work: () => Promise<T>): Promise<T> => {
    await headsOfNow(journal);
    await aliases.now();
    await look();
    return work();
  };
  const look = async (): Promise<void> => {
    // What a worker told that is gone says nothing of now.
    const isOfNow = ({ toldMs }: PartitionNote): boolean => clock() - toldMs < MOVER_SILENT_MS_MAX;
    notes = (await fences.notes()).filter(isOfNow);
  };
  /** What has a name is held, and where workers tell that it stands is a second old. */
  const untilTold = async (version: string | null): Promise<void> => {
    const { shadow, previous } = aliases.book.aliases;
    if (version === null || (version !== shadow && version !== previous)) return;
    for (let waitedMs = 0; waitedMs < HELD_TOLD_MS_MAX; waitedMs += HELD_LOOK_MS) {
      const stands = heldPositions(notes, version, journal.partitions);
      const lags = stands?.map((stand, partition) => journal.head(partition) - stand);
      if (lags?.every((lag) => lag <= PROMOTION_LAG_EVENTS_MAX) === true) return;
      await sleep(HELD_LOOK_MS);
      await look();
    }
  };
  /**
   * Has workers keep the version where it stands, if every API has to restore a learner of its own from there: what they
   * replay while events come is what came since.
   */
  const untilKept = async (version: string | null): Promise<void> => {
    const stands = version === null ? undefined : heldPositions(notes, version, journal.partitions);
    if (version === null || stands === undefined) return;
    if ((await registry.get(version))?.definition.learner.learner !== 'blend') return;
    for (const partition of stands.keys()) await deps.wishes.wish(partition, version);
    for (let waitedMs = 0; waitedMs < HELD_KEPT_MS_MAX; waitedMs += KEPT_LOOK_MS) {
      if (await areKept(deps.stores.heldCheckpoints, version, stands)) return;
      await sleep(KEPT_LOOK_MS);
    }
  };
  return {
    promote: (version, gate) =>
      seen(async () => {
        await untilTold(version);
        await untilKept(version);
        if (gate !== undefined) {
          figures = await observedVersions(observed, [serving.partition(0).version, version]);
        }
        return promotions.promote(version, gate);
      }),
    rollback: (version) =>
      seen(async () => {
        await untilTold(aliases.book.aliases.previous);
        await untilKept(aliases.book.aliases.previous);
        return promotions.rollback(version);
      }),
  };
}

/** Tells whether every partition of a version is kept where workers told that it stands, or later. */
async function areKept(
  checkpoints: HeldPromotionsDeps['stores']['heldCheckpoints'],
  version: string,
  stands: readonly number[],
): Promise<boolean> {
  const kept = stands.map(async (stand, partition) => {
    const listed = await checkpoints.list(partition);
    return listed.some((one) => one.version === version && one.sequence >= stand);
  });
  return !(await Promise.all(kept)).includes(false);
}

/** The sampled events of some versions, as the workers told them. */
export async function observedVersions(
  observed: Pick<SharedObservedEvents, 'kept'>,
  versions: readonly string[],
): Promise<ObservedVersions> {
  const found = new Map<string, readonly ObservedEvent[]>();
  for (const version of versions) found.set(version, await observed.kept(version));
  return observedOf(found);
}

function observedOf(events: ReadonlyMap<string, readonly ObservedEvent[]>): ObservedVersions {
  return {
    observerOf: (version) => ({ events: { kept: () => events.get(version) ?? [] } }),
  };
}

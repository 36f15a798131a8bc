import type { CheckpointWishes } from '../../../activities/replay/checkpoint-wishes.ts';
import type { FollowerDeps } from '../../../activities/replay/follower.ts';
import type { Partition } from '../../../events/position.ts';
import type { DeltaReader } from '../../../projections/delta-feed.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import type { Logger } from '../../../activities/logger.ts';
import type { WholeStates } from '../checkpoint-states.ts';
import { PartitionFeed } from './partition-feed.ts';
import type { FeedStand, MakeWhole } from './partition-feed.ts';
import type { AppliedSlice } from '../../observe/position-traces.ts';

/** What learners are followed with in a process that moves no partition. */
export type LearningDeps = Pick<FollowerDeps, 'journal' | 'merges' | 'sliceMsMax' | 'clock'>;

/** What the feed of the read side works with. */
export interface ServingFeedDeps {
  readonly serving: ServingState;
  readonly states: WholeStates;
  readonly reader: Pick<DeltaReader, 'read'>;
  readonly learning: LearningDeps;
  /** True of a version that is held beside the live one: promotions of others are nothing to it. */
  readonly passesPromotions?: boolean;
  readonly wishes: Pick<CheckpointWishes, 'wish'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Resolves after a while, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly yieldNow: () => Promise<void>;
  readonly logger: Logger;
  /** Told of what answers know since; Unix milliseconds. */
  readonly onApplied?: ((slice: AppliedSlice) => void) | undefined;
}

/**
 * Feeds the read side of a process that answers: every partition from its newest checkpoint, then from the deltas of its
 * mover, or, where answers read the learner itself, from a learner of this process that follows the journal. Where deltas are missing, the state that serves goes on serving until a newer one is whole.
 */
export class ServingFeed {
  readonly #feeds: readonly PartitionFeed[];

  constructor(deps: ServingFeedDeps) {
    // One whole state is built at a time: it is held twice meanwhile.
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
      const done = last.then(work);
      last = done.catch(() => undefined);
      return done;
    };
    this.#feeds = Array.from(
      { length: deps.serving.partitions },
      (_, partition) => new PartitionFeed(partition, { ...deps, inTurn }),
    );
  }

  /** Feeds every partition until the signal aborts; failures are waited out. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#feeds.map((feed) => feed.run(signal)));
  }

  /** How a partition's feed stands. */
  stand(partition: Partition): FeedStand {
    return this.#feed(partition).stand;
  }

  /** Puts another state of the same place in the place of the one that serves; what is missing meanwhile is read after. */
  replace(partition: Partition, make: MakeWhole): Promise<void> {
    return this.#feed(partition).replace(make);
  }

  #feed(partition: Partition): PartitionFeed {
    const feed = this.#feeds[partition];
    if (feed === undefined) throw new RangeError(`there is no partition ${String(partition)}`);
    return feed;
  }
}

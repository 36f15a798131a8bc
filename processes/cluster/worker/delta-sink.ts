import type { ModelDelta } from '../../../model/delta.ts';
import type { DeltaWriter } from '../../../projections/delta-feed.ts';
import type { StateTrail } from '../../../projections/state-trail.ts';
import type { FenceWatch } from './fence-watch.ts';
import { patiently } from '../servers/patience.ts';
import type { Patience } from '../servers/patience.ts';
import type { UsersFeed } from './users-feed.ts';

/** Where a partition's deltas go. */
export interface DeltaSinkDeps {
  readonly watch: FenceWatch;
  readonly writer: DeltaWriter;
  readonly users: Pick<UsersFeed, 'offer'>;
  readonly patience: Patience;
  /** Notes what the rows were after each. */
  readonly trail: Pick<StateTrail, 'apply' | 'applyWhole'>;
  readonly yieldNow: () => Promise<void>;
  /** Called when a delta has been learned, before anybody is told. */
  readonly onLearned?: ((delta: ModelDelta) => void) | undefined;
  /** Called when a delta has been told. */
  readonly onTold?: () => void;
}

/**
 * Makes the sink of a partition: every delta that others answer by is appended to the stream, again where that failed, before the partition
 * goes on; the users are stored beside. Throws FENCED where a newer fence was taken, or the partition is given up.
 */
export function createDeltaSink(deps: DeltaSinkDeps): (delta: ModelDelta) => Promise<void> {
  const { watch, writer, users, patience, trail, yieldNow } = deps;
  return async (delta) => {
    deps.onLearned?.(delta);
    await patiently(patience, async () => {
      await watch.confirm();
      // Who answers by such a learner has one of its own.
      if (delta.ranker === undefined) await writer.append(delta, watch.fence.number);
    });
    users.offer(delta);
    if (delta.whole) await trail.applyWhole(delta, yieldNow);
    else trail.apply(delta);
    deps.onTold?.();
  };
}

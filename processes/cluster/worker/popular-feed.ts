import type { Journal } from '../../../events/journal.ts';
import { followPopular } from '../../../projections/popular-store.ts';
import type { PopularFold, PopularStore } from '../../../projections/popular-store.ts';
import type { FenceWatch } from './fence-watch.ts';
import { patiently, pauseFor } from '../servers/patience.ts';
import type { Patience } from '../servers/patience.ts';

/** How often it is asked whether the counts are still there. */
const LOOK_MS = 5_000;

/** How long events are gathered before they are counted: a store's work costs by the time, not by the event. */
const GATHER_MS = 250;

/** What counts a partition's popular items. */
export interface PopularFeedDeps {
  readonly journal: Pick<Journal, 'read' | 'changed'>;
  readonly popular: PopularStore;
  readonly fold: PopularFold;
  readonly watch: FenceWatch;
  readonly patience: Patience;
}

/** Counts the popular items of a held partition until the patience ends. */
export async function countPopular(deps: PopularFeedDeps): Promise<void> {
  const { journal, popular, fold, watch, patience } = deps;
  const { signal } = patience;
  const { partition } = watch.fence;
  const guarded: Pick<PopularStore, 'position' | 'apply'> = {
    position: (counted) => popular.position(counted),
    apply: async (range) => {
      await watch.confirm();
      return popular.apply(range);
    },
  };
  const gathered: Pick<Journal, 'read' | 'changed'> = {
    read: (counted, after) => journal.read(counted, after),
    changed: async (counted, after, over) => {
      await journal.changed(counted, after, over);
      await pauseFor(GATHER_MS, over);
    },
  };
  const lookAgain = (over: AbortSignal): Promise<void> => pauseFor(LOOK_MS, over);
  await patiently(patience, () =>
    followPopular(gathered, guarded, partition, { ...fold, live: true, signal, lookAgain }),
  );
}

import type { Hits, Pairs, RankedRows } from './ranking.ts';
import type { UserItems } from './user-items.ts';

/** The parent's state of one partition, as training goes on from it and as candidates are ranked beside it. */
export interface ParentState {
  /** What training goes on from: the vectors whose products are ranked by, users' as a question has them. */
  readonly rows: RankedRows;
  /** The tables of a partition's checkpoint, in which users have such vectors. */
  tablesOf(rows: RankedRows): RankedRows;
  /** Counts the pairs whose item is among the ten best that the learner tells the user, were these its tables. */
  countHits(
    tables: RankedRows,
    pairs: Pairs,
    seen: UserItems,
    turn: (done: number) => Promise<void>,
  ): Promise<Hits>;
}

import type { AnswerCountsState } from '../../projections/answer-counts.ts';

/** Counts of answers and reactions, and how far the journal's reactions are in them. */
export interface ReactionRecord {
  /** The last sequence of each partition whose reactions are counted. */
  readonly heads: readonly number[];
  /** Since when answers are counted, Unix milliseconds. */
  readonly sinceMs: number;
  readonly counts: AnswerCountsState;
}

/** Keeps the counts, durably. */
export interface ReactionStore {
  /** What was kept last; undefined where nothing was, or it can't be read. */
  read(): Promise<ReactionRecord | undefined>;
  /** Resolves when it is durable. */
  write(record: ReactionRecord): Promise<void>;
}

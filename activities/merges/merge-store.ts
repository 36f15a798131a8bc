import type { Contribution, Merge } from '../../model/merge.ts';

/** Which merge: that of one version's barrier. */
export interface MergeName {
  readonly version: string;
  readonly barrier: number;
}

/**
 * What the partitions contribute to barriers, and the merges of it. All of it is derived from the journal and may be
 * lost: contributions come again from checkpoints and replay, and lost merges are replayed.
 */
export interface MergeStore {
  /**
   * Takes a partition's contribution; when those of all partitions are there they are merged, and the merge is made
   * durable, at once or soon. The same again changes nothing, and one to a barrier that is merged is passed over.
   */
  contribute(contribution: Contribution): Promise<void>;
  /**
   * The merge of a barrier, given once it is durable or what was contributed is kept until it is; undefined where contributions are missing. A merge that is
   * damaged is reported and counts as lost.
   */
  read(name: MergeName): Promise<Merge | undefined>;
  /** Keeps a merge that was derived again. */
  write(merge: Merge): Promise<void>;
  /** The partitions whose contribution is awaited, ascending; none where the barrier is merged. */
  missing(name: MergeName): Promise<readonly number[]>;
  /** Resolves when the merge may have come, within a second at the latest, or at once when the signal aborts. */
  changed(name: MergeName, signal: AbortSignal): Promise<void>;
  /** Drops a version's merges of barriers before this one, which no kept checkpoint needs. */
  prune(version: string, before: number): Promise<void>;
}

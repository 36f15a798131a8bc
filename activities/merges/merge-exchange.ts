import type { Contribution, Merge } from '../../model/merge.ts';
import type { MergeName } from './merge-store.ts';

/** Where the followers of a version's partitions give what they changed, and take what all of them did. */
export interface MergeExchange {
  /** Gives what a partition contributes to a barrier; the same again changes nothing. */
  contribute(contribution: Contribution): Promise<void>;
  /** Waits for a merge on behalf of a partition; undefined where the signal aborts first. */
  take(name: MergeName, partition: number, signal: AbortSignal): Promise<Merge | undefined>;
}

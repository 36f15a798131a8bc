import type { Appended, Journal, JournalEntry } from './journal.ts';
import type { Partition } from './position.ts';

/** The transport offsets `[from, to]` that an append covers. */
export interface CoveredOffsets {
  readonly from: number;
  readonly to: number;
}

/** A journal that an ingest feeds from a transport: an append and the offsets it covers are one. */
export interface CoveringJournal extends Journal {
  /**
   * Appends entries of one partition in one block that covers these offsets. Entries whose key stands in the journal
   * are left out and answered as duplicates; where none is left no block is written. Throws FENCED where another
   * writer appended to the partition meanwhile: read what is covered again and go on from there.
   */
  appendCovering(
    partition: Partition,
    entries: readonly JournalEntry[],
    offsets: CoveredOffsets,
  ): Promise<readonly Appended[]>;
  /** The first offset of a partition that no block covers; 0 where none does. Reads the store, not a cache. */
  uncovered(partition: Partition): Promise<number>;
}

import type { Appended, EventKey, Journal, JournalEntry } from '../journal.ts';
import type { Partition, Sequence } from '../position.ts';

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
  /**
   * Where the events with these keys stand in a partition, undefined for those that don't. It may miss what another
   * writer appended just now: `appendCovering` then answers a duplicate or throws FENCED.
   */
  known(
    partition: Partition,
    keys: readonly EventKey[],
  ): Promise<readonly (Sequence | undefined)[]>;
  /** The first offset of a partition that no block covers; 0 where none does. Reads the store, not a cache. */
  uncovered(partition: Partition): Promise<number>;
}

import type { Partition } from './position.ts';

/** What became of consecutive transport offsets of one partition. */
export interface Acknowledgement {
  readonly partition: Partition;
  /** The first offset; `sequences[i]` is where the message at `from + i` stands, −1 for one that was parked. */
  readonly from: number;
  readonly sequences: readonly number[];
  /** True at i where that event stood in the journal before. */
  readonly duplicates: readonly boolean[];
}

/** Tells the API, within milliseconds, what became of what it sent. Lossy: who misses one answers `pending`. */
export interface AcknowledgementFeed {
  publish(acknowledgement: Acknowledgement): Promise<void>;
  /** Calls back for every acknowledgement published from now on, until the signal aborts. */
  subscribe(
    listener: (acknowledgement: Acknowledgement) => void,
    signal: AbortSignal,
  ): Promise<void>;
  close(): Promise<void>;
}

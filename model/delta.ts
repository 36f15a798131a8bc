import type { UserRanker } from './user-ranker.ts';

/** An event that an actor refused, with where it stands and why. Holds no user id. */
export interface DeadLetter {
  readonly sequence: number;
  readonly reason: string;
  readonly type: string;
  readonly item: string;
  readonly timeMs: number;
}

/**
 * What a range `(from, to]` of one partition changed in the state of one model version: the rows touched, whole.
 * Rows are dense numbers that mean the same in every delta of one (version, partition) stream; new rows come with
 * their ids, in row order. A `whole` delta carries every row and replaces what the reader held.
 */
export interface ModelDelta {
  readonly version: string;
  readonly partition: number;
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
  readonly dimensions: number;
  /** The output layer h, length d (all ones for `isgd`). */
  readonly output: Float32Array;
  /** Surrogates of users whose rows are new in this delta, 16 bytes each; the first has row `userRowsBefore`. */
  readonly userRowsBefore: number;
  readonly newUsers: Uint8Array;
  /** Touched user rows; `userVectors` n·d, `userEvents` the user's interactions so far, `userTimeMs` the last one's time. */
  readonly userRows: Uint32Array;
  readonly userVectors: Float32Array;
  readonly userEvents: Uint32Array;
  /** The positive ones among the touched users' interactions so far. */
  readonly userPositives: Uint32Array;
  readonly userTimeMs: Float64Array;
  /** Ids of items whose rows are new in this delta; the first has row `itemRowsBefore`. */
  readonly itemRowsBefore: number;
  readonly newItems: readonly string[];
  /** Touched item rows; `itemVectors` m·d, `itemBias` m, `itemPopularity` forward-decayed log-weight (see Popularity). */
  readonly itemRows: Uint32Array;
  readonly itemVectors: Float32Array;
  readonly itemBias: Float32Array;
  readonly itemPopularity: Float64Array;
  /** Pairs newly seen: user row and item row. */
  readonly seenUsers: Uint32Array;
  readonly seenItems: Uint32Array;
  /**
   * User rows whose actor forgot its oldest seen items, at its bound: a reader drops what it held for these first, for
   * the pairs of this delta are all that they have. Absent where there are none.
   */
  readonly seenReset?: Uint32Array;
  readonly deadLetters: readonly DeadLetter[];
  /**
   * Answers for users, where vectors are no answer: its reader lives in the process that learns, and reads no later than
   * the deltas say. No record holds it.
   */
  readonly ranker?: UserRanker;
}

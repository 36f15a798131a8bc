import type { Surrogate } from '../events/fact.ts';
import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';

/** A user as the store holds them. */
export interface UserRecord {
  readonly surrogate: Surrogate;
  readonly partition: number;
  /** Interactions so far. */
  readonly events: number;
  /** Positive ones among them. */
  readonly positives: number;
  /** Time of the last interaction, Unix milliseconds. */
  readonly timeMs: number;
  readonly vector: Float32Array;
  /** Rows of the items seen, in the partition's numbering; no row stands twice. */
  readonly seenItems: readonly number[];
}

/** Up to where a partition's users are stored. */
export interface UserStorePlace {
  readonly version: string;
  readonly position: Sequence;
  /** The fence of the last writer. */
  readonly fence: number;
}

/** The users of every partition in a store that processes share: a fold of deltas, disposable like every projection. */
export interface UserStore {
  /** Where a partition stands; undefined where nothing whole is stored: the next delta must be a whole one. */
  place(partition: number): Promise<UserStorePlace | undefined>;
  /**
   * Stores what a delta changed, then its position. A whole delta, or one from the origin, replaces the partition's
   * users; one that is stored already changes nothing. Throws FENCED, changing nothing, where a newer fence wrote to
   * the partition, and CONFLICT where the delta does not continue what stands: feed a whole one.
   */
  apply(delta: ModelDelta, fence: number): Promise<void>;
  /** The user with this surrogate, undefined where there is none. */
  get(surrogate: Surrogate): Promise<UserRecord | undefined>;
  /** The number of users of a partition. */
  count(partition: number): Promise<number>;
  /** Forgets everything: every partition's next delta must be whole. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

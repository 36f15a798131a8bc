import type { MemoryChange, MemoryMerge } from './memory-merge.ts';
import type { StateHasher } from './state-hash.ts';
import type { Steps } from './steps.ts';
import type { LearnerState } from './stream/learner-state.ts';

/**
 * What is learned beside the tables of users and items. Its tensors stand in checkpoints beside theirs; it is hashed in
 * canonical order, where a row is told by its rank among the ids, never by its number.
 */
export interface LearnedMemory {
  /** What is shared with other partitions; undefined where there are none. */
  readonly sharing: MemorySharing | undefined;
  /** The whole memory, in arrays of its own. */
  capture(): Steps<LearnerState>;
  /** Takes a captured memory over, whose tables are filled already; throws a RangeError where it does not fit. */
  restore(state: LearnerState): Steps<void>;
  /** Hashes what is known of an item. */
  hashItem(hasher: StateHasher, itemRow: number, itemRanks: Uint32Array): void;
  /** Hashes what is known of a user. */
  hashUser(hasher: StateHasher, userRow: number, itemRanks: Uint32Array): void;
  /** Hashes what is of no single item or user; a user without a rank stands there as {@link NO_RANK}. */
  hashRest(hasher: StateHasher, userRanks: Uint32Array, itemRanks: Uint32Array): void;
}

/** Items by number and by name; a name that is new gets a number. */
export interface Numbered {
  readonly id: (row: number) => string;
  readonly row: (id: string) => number;
}

/** The share of a memory that the partitions of a version have in common. */
export interface MemorySharing {
  /** Passes a barrier with the merge of the one before it; returns what was added here since then. */
  pass(before: MemoryMerge | undefined, partition: number, items: Numbered): Steps<MemoryChange>;
}

/** The rank of a user who is not named any more. */
export const NO_RANK = 0xffff_ffff;

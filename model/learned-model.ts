import type { FactorTable } from './factor-table.ts';
import type { Hold } from './hold.ts';
import type { LearnedMemory } from './learned-memory.ts';
import type { LearnerSettings } from './settings.ts';
import type { UserRanker } from './user-ranker.ts';

/** What a learner may ask about the user of an event, as they were before it. */
export interface EventUser {
  /** The item rows that the user has had, each once. */
  seenItems(): number[];
}

/** What a ranking is asked for by who watches a stream. */
export interface LearnedQuestion {
  readonly userRow: number;
  /** The time at which it is asked, Unix milliseconds. */
  readonly timeMs: number;
  /** Item rows to leave out. */
  readonly excluded: Uint32Array;
}

/**
 * The learned state of one (version, partition), whatever its learner: tables of users and of items with their biases,
 * which everybody may read, and the rule by which an event changes them.
 */
export interface LearnedModel {
  readonly settings: LearnerSettings;
  readonly users: FactorTable;
  readonly items: FactorTable;
  /** The output layer h, a copy. */
  readonly output: Float32Array;
  /** The items' forward-decayed log-weights by row (popularity.ts); valid until an item is added. */
  readonly popularity: Float64Array;
  /** Answers for users; undefined where the product of vectors is the answer. */
  readonly ranker: UserRanker | undefined;
  /** Keeps who asks the ranker away while the state changes in turns; undefined where there is no ranker. */
  readonly hold: Hold | undefined;
  /** What is learned beside the tables; undefined where they are all. */
  readonly memory: LearnedMemory | undefined;
  /** The tables whose rows partitions share, by item row; the first is that of the items. */
  readonly sharedTables: readonly [FactorTable, ...FactorTable[]];
  setOutput(values: Float32Array): void;
  setPopularity(itemRow: number, logWeight: number): void;
  /** Adds a user, seeded by two words of the hash of their id; returns the row. */
  addUser(seed0: number, seed1: number): number;
  /** Adds an item, seeded by two words of the hash of its id; returns the row. */
  addItem(seed0: number, seed1: number): number;
  /** Gives rows to items that were added and that no event names, and makes steps that a run has gathered. */
  settle(): void;
  /**
   * Begins a run of events: until {@link LearnedModel.endRun} steps may be gathered and made together, with the same
   * bits. Nothing that is learned may be read meanwhile, unless it was settled.
   */
  beginRun(): void;
  /** Ends a run: all of its events are learned. */
  endRun(): void;
  /** Adds many rows of zeros at once, unmarked, to be filled. */
  addRows(users: number, items: number): void;
  /** Learns one event; `keys[keyOffset…+1]` key every random draw, and the weight scales the step. */
  learn(
    userRow: number,
    itemRow: number,
    positive: 0 | 1,
    weight: number,
    timeMs: number,
    keys: Uint32Array,
    keyOffset: number,
    user: EventUser,
  ): void;
  /** Writes the best item rows, best first, and their scores; returns how many. Changes no state. */
  rank(question: LearnedQuestion, rows: Uint32Array, scores: Float32Array): number;
}

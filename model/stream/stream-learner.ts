/**
 * What one event says to a learner of a stream. Users and items are dense rows, numbered by first appearance; a row
 * that equals the number of rows so far is new.
 */
export interface StreamEvent {
  readonly userRow: number;
  readonly itemRow: number;
  /** Event time, Unix milliseconds. */
  readonly timeMs: number;
  /** Scales the step; positive. */
  readonly weight: number;
  /** 1 for an event that says that the user likes the item. */
  readonly positive: 0 | 1;
  /** Two words of the event's key: they key every random draw, so that neither position nor clock has a part in it. */
  readonly key0: number;
  readonly key1: number;
  /** What a ranking just before the event would leave out, ascending: learners that choose among items learn without it. */
  readonly excluded?: Uint32Array;
}

/** What a ranking is asked for. */
export interface RankingQuestion {
  /** The user's row, or −1 for one who is unknown. */
  readonly userRow: number;
  /** The time at which it is asked, Unix milliseconds. */
  readonly timeMs: number;
  /** Item rows to leave out, ascending; empty where repeats are welcome. */
  readonly excluded: Uint32Array;
}

/**
 * Learns one event at a time and ranks by what it has learned: the port of every learner and floor that a prequential
 * run compares. Everything is deterministic: the same events give the same rankings, bit for bit.
 */
export interface StreamLearner {
  readonly name: string;
  /** The item rows known: every item that an event named so far. */
  readonly items: number;
  /**
   * Writes the best item rows to `rows`, best first, as many as fit, and their scores to `scores`; returns how many. Ties
   * go to the item that appeared first. Changes no state that a later answer could tell.
   */
  rank(question: RankingQuestion, rows: Uint32Array, scores: Float32Array): number;
  /** Learns an event. */
  learn(event: StreamEvent): void;
}

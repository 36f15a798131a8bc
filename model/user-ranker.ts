/**
 * Ranks the items for a user where an answer is no product of two vectors. It reads the learner itself, as it stands, so
 * that it is there only in the process that learns.
 */
export interface UserRanker {
  /** Resolves when the learner may be asked: it is between two positions; undefined where it may be asked now. */
  readonly settled: Promise<void> | undefined;
  /**
   * Writes the best item rows for a user to `rows`, best first, as many as fit, and their scores to `scores`; returns
   * how many. It is asked for at the time of the newest event that was learned, so that the state decides the answer.
   */
  recommend(
    userRow: number,
    excluded: Uint32Array,
    rows: Uint32Array,
    scores: Float32Array,
  ): number;
  /** Writes a user's whole vector to `out`: what their item vectors are near to. */
  query(userRow: number, out: Float32Array): void;
  /**
   * What each source adds to the score of an item that {@link UserRanker.recommend} listed for the same question;
   * undefined where it was listed because the sources had no more. The shares sum to the score, but for 32 bits.
   */
  explain(
    userRow: number,
    excluded: Uint32Array,
    itemRow: number,
  ): Readonly<Record<string, number>> | undefined;
}

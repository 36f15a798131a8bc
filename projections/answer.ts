/** What an answer is based on: the user's own vector, the item at hand, or what is popular. */
export type BasedOn = 'user' | 'item' | 'popular';

/** An item of an answer. */
export interface ScoredItem {
  readonly id: string;
  /**
   * `user`: the learner's raw score h·(p∘q) + bias (for `gmf` the logit, for `isgd` the estimate), or
   * what the `blend` makes of its sources, to six decimals.
   * `item`: the cosine to the item at hand. `popular`: the forward-decayed weight as a share of the greatest one.
   */
  readonly score: number;
  readonly title?: string;
}

/** How the items were found. */
export interface SearchReport {
  readonly mode: 'exact' | 'approximate';
  /** The index release that proposed candidates. */
  readonly release?: string;
  /** Why an approximate search was not used where it would have been. */
  readonly reason?: string;
}

/** Why an answer may lack the newest events, and since when; ISO 8601. */
export interface Staleness {
  readonly why: string;
  readonly since: string;
}

/** What a recommendation is asked for. */
export interface RecommendationRequest {
  readonly user: string;
  readonly n: number;
  /** `seen` leaves out what the user has seen; the default. */
  readonly exclude: 'seen' | 'none';
  /** The item at hand: a user without a taste of their own gets items similar to it. */
  readonly item?: string | undefined;
}

/** An answer, ready to be written as JSON. */
export interface Recommendation {
  readonly recommendationId: string;
  readonly basedOn: BasedOn;
  /** The positions that the answer was read at, one for each partition that it reads. */
  readonly position: readonly string[];
  readonly model: string;
  readonly search: SearchReport;
  /** Says why there are fewer items than asked for. */
  readonly note?: string;
  /** Absent when the answer is fresh. */
  readonly stale?: Staleness;
  readonly items: readonly ScoredItem[];
}

/** Rounds a score to six decimals: what is past them is noise of 32-bit floats, and costs a third of the answer. */
export function roundScore(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

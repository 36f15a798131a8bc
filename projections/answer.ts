import type { AskedRules } from './rules/asked-rules.ts';

/** What an answer is based on: the user's own vector, the item at hand, or what is popular. */
export type BasedOn = 'user' | 'item' | 'popular';

/** Why an item stands in an answer; the shares sum to its score. */
export interface ItemExplanation {
  /**
   * What the score is made of. Of vectors: `taste`, the product of the user's and the item's, and the item's `bias`. Of a
   * blend: what each of its sources adds. Of an answer by an item or by popularity: that alone.
   */
  readonly shares: Readonly<Record<string, number>>;
  /** The part of `taste` that lies along each of the items that the user had last, the greatest first. */
  readonly because?: readonly { readonly item: string; readonly share: number }[];
  /** What of `taste` lies along none of them; with `because` it sums to `taste`. */
  readonly rest?: number;
  /** Of the items that the user had last, those whose vectors point most the same way. */
  readonly neighbours: readonly { readonly item: string; readonly cosine: number }[];
}

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
  /** There where a scenario has it stand first: the score is 0 then, for nothing was ranked. */
  readonly pinned?: true;
  /** There where the answer explores: the probability with which the item stands at this very place. */
  readonly propensity?: number;
  /** There where it was asked for. */
  readonly explanation?: ItemExplanation;
}

/** How the items were found. */
export interface SearchReport {
  readonly mode: 'exact' | 'approximate';
  /** The index release that proposed candidates. */
  readonly release?: string;
  /** Why an approximate search was not used where it would have been. */
  readonly reason?: string;
}

/** What an answer tells of the experiment that it was asked by. */
export interface AnsweredArm {
  readonly name: string;
  readonly arm: string;
  /** There where the answer is counted to no arm: why. */
  readonly uncounted?: string | undefined;
}

/** Why an answer may lack the newest events, and since when; ISO 8601. */
export interface Staleness {
  readonly why: string;
  readonly since: string;
}

/** What a filter left of the items that answers may list. */
export interface FilterReport {
  /** Items that were met in an event, are not withdrawn, and that the filter holds for: seen ones are among them. */
  readonly matching: number;
  /** Items that the filter says nothing of, for they lack a field that it names or have it of another kind. */
  readonly undecided: number;
}

/** What an answer is counted under, and reactions to it: each empty where there is none. */
export interface AnswerLabel {
  readonly scenario: string;
  readonly experiment: string;
  /** The arm of the experiment that the user is in. */
  readonly arm: string;
}

/** The arm of an experiment that a user is in, with the model versions that its answers are by. */
export interface ArmLabel extends AnswerLabel {
  /** The version that answers; absent where no arm of the experiment names one. */
  readonly version?: string;
  /** Those of all arms: while one of them can't answer, no arm is counted. */
  readonly versions?: readonly string[];
}

/** What a recommendation is asked for. */
export interface RecommendationRequest {
  readonly user: string;
  readonly n: number;
  /** `seen` leaves out what the user has seen; the default. */
  readonly exclude: 'seen' | 'none';
  /** The item at hand: a user without a taste of their own gets items similar to it. */
  readonly item?: string | undefined;
  /** Whether each item says why it is there. */
  readonly explain?: boolean | undefined;
  /** What the answer has to obey beside the learner. */
  readonly rules?: AskedRules | undefined;
  /** What the answer is counted under. */
  readonly label?: AnswerLabel | undefined;
}

/** An answer, ready to be written as JSON. */
export interface Recommendation {
  readonly recommendationId: string;
  readonly basedOn: BasedOn;
  /** The positions that the answer was read at, one for each partition that it reads. */
  readonly position: readonly string[];
  readonly model: string;
  readonly search: SearchReport;
  /** There where a filter was given. */
  readonly filter?: FilterReport;
  /** Says why there are fewer items than asked for. */
  readonly note?: string;
  /** Absent when the answer is fresh. */
  readonly stale?: Staleness;
  /** There where the arm that was asked by is of a model version. */
  readonly experiment?: AnsweredArm;
  readonly items: readonly ScoredItem[];
}

/** Rounds a score to six decimals: what is past them is noise of 32-bit floats, and costs a third of the answer. */
export function roundScore(score: number): number {
  return Math.round(score * 1e6) / 1e6;
}

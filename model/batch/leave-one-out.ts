import { groupRelevant, hitRate, ndcg } from '../ranking-metrics.ts';

/** One user's test: candidates of which the first is the item that was held out, the others negatives. */
export interface RankingCase {
  readonly user: number;
  readonly candidates: Uint32Array;
}

/** Writes the scores of a user's candidates. */
export type CandidateScorer = (user: number, candidates: Uint32Array, scores: Float64Array) => void;

/** The figures of the leave-one-out protocol (He et al. 2017), as means over its cases. */
export interface RankingFigures {
  readonly hitRate10: number;
  readonly ndcg10: number;
}

const PLACES = 10;
const HELD_OUT = [0];

/**
 * Ranks the candidates of each case by their scores. Equal scores count at their expected value under random order, and
 * NaN ranks last; without a case the figures are 0.
 */
export function rankCases(cases: readonly RankingCase[], score: CandidateScorer): RankingFigures {
  let hits = 0;
  let gain = 0;
  let scores = new Float64Array(0);
  for (const { user, candidates } of cases) {
    if (scores.length !== candidates.length) scores = new Float64Array(candidates.length);
    score(user, candidates, scores);
    const groups = groupRelevant(scores, HELD_OUT);
    hits += hitRate(groups, PLACES);
    gain += ndcg(groups, PLACES);
  }
  const count = Math.max(1, cases.length);
  return { hitRate10: hits / count, ndcg10: gain / count };
}

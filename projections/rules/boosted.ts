/**
 * A score as a boost changes it: multiplied where it is positive and divided where it is negative, so that a factor
 * above 1 lifts every item and one below 1 lowers it, whatever the sign.
 */
export function boosted(score: number, factor: number): number {
  return score >= 0 ? score * factor : score / factor;
}

/** The score that {@link boosted} changed. */
export function unboosted(score: number, factor: number): number {
  return score >= 0 ? score / factor : score * factor;
}

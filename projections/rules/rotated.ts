import { roundScore } from '../answer.ts';
import { boosted } from './boosted.ts';
import type { RuleView } from './rule-book.ts';
import type { RuledBasis, RuledCandidate } from './ruled-basis.ts';

/** By what the scores of items are multiplied that were shown lately, by id. */
export type ShownFactors = ReadonlyMap<string, number>;

/** What rules say of a basis' items, with the factors of what was shown on top of those of a boost. */
export function rotated(
  view: RuleView,
  basis: Pick<RuledBasis, 'ids' | 'placeOf'>,
  shown: ShownFactors,
): RuleView {
  if (shown.size === 0) return view;
  const factors = new Float32Array(basis.ids.length).fill(1);
  if (view.factors !== undefined) factors.set(view.factors.subarray(0, factors.length));
  for (const [id, factor] of shown) {
    const place = basis.placeOf(id);
    if (place !== undefined) factors[place] = (factors[place] ?? 1) * factor;
  }
  return { ...view, factors };
}

/** What a boost, by its factor, and a rotation add to a score; together they make up what it differs by from the plain one. */
export function sharesOf(
  { score, plain }: Pick<RuledCandidate, 'score' | 'plain'>,
  boost: number,
  isShown: boolean,
): Readonly<Record<string, number>> {
  const raised = isShown ? roundScore(boosted(plain, boost)) : score;
  return {
    ...(raised !== plain && { boost: roundScore(raised - plain) }),
    ...(isShown && { rotation: roundScore(score - raised) }),
  };
}

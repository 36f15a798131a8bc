import type { RecommendationAnswer } from '../../api/schema/answers.ts';

/** What is told of why an item stands in an answer. */
export type Explanation = NonNullable<RecommendationAnswer['items'][number]['explanation']>;

/** A part of an item's score. */
export interface ScorePart {
  /** The item of the user that it comes from; undefined for a source of its own. */
  readonly item: string | undefined;
  readonly name: string;
  readonly share: number;
}

/** Parts that are told one by one; the rest is summed up. */
export const scorePartsMax = 6;

const SOURCES: Readonly<Record<string, string>> = {
  taste: 'your taste',
  bias: 'its popularity',
  popular: 'popular now',
  item: 'like the item at hand',
  gmf: 'your taste',
};

/** Splits an item's score into what it is made of, the greatest part first; the parts sum to the score. */
export function scoreParts({ shares, because, rest }: Explanation): readonly ScorePart[] {
  const parts: ScorePart[] = [];
  for (const [name, share] of Object.entries(shares)) {
    if (name === 'taste' && because !== undefined) {
      parts.push(...because.map((one) => ({ item: one.item, name: one.item, share: one.share })));
      if (rest !== undefined)
        parts.push({ item: undefined, name: 'the rest of your taste', share: rest });
    } else parts.push({ item: undefined, name: SOURCES[name] ?? name, share });
  }
  const sorted = parts.filter(({ share }) => share !== 0).sort(bySize);
  if (sorted.length <= scorePartsMax) return sorted;
  const others = sorted.slice(scorePartsMax - 1).reduce((sum, { share }) => sum + share, 0);
  return [
    ...sorted.slice(0, scorePartsMax - 1),
    { item: undefined, name: 'all else', share: others },
  ];
}

/** The item of the user that speaks most for an item; undefined where none does. */
export function mainReason({ because, neighbours }: Explanation): string | undefined {
  const [first] = because ?? [];
  if (first !== undefined && first.share > 0) return first.item;
  const [nearest] = neighbours;
  return nearest !== undefined && nearest.cosine > 0 ? nearest.item : undefined;
}

function bySize(a: ScorePart, b: ScorePart): number {
  return Math.abs(b.share) - Math.abs(a.share);
}

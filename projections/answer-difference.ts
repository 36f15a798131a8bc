import type { ScoredItem } from './answer.ts';

/** An item with its place in an answer, from 1 on. */
export interface PlacedItem {
  readonly id: string;
  readonly place: number;
  readonly score: number;
}

/** An item that two answers list, in other places or with other scores. */
export interface MovedItem {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly scoreBefore: number;
  readonly scoreAfter: number;
}

/** How one answer differs from another. */
export interface AnswerDifference {
  readonly entered: readonly PlacedItem[];
  readonly left: readonly PlacedItem[];
  /** In both, at another place or with another score; in the order of the later answer. */
  readonly moved: readonly MovedItem[];
}

/** Compares two answers by their items. */
export function differenceOf(
  before: readonly ScoredItem[],
  after: readonly ScoredItem[],
): AnswerDifference {
  const earlier = placesOf(before);
  const later = placesOf(after);
  const moved: MovedItem[] = [];
  for (const { id, place, score } of later.values()) {
    const was = earlier.get(id);
    if (was === undefined || (was.place === place && was.score === score)) continue;
    moved.push({ id, from: was.place, to: place, scoreBefore: was.score, scoreAfter: score });
  }
  return {
    entered: [...later.values()].filter(({ id }) => !earlier.has(id)),
    left: [...earlier.values()].filter(({ id }) => !later.has(id)),
    moved,
  };
}

function placesOf(items: readonly ScoredItem[]): ReadonlyMap<string, PlacedItem> {
  return new Map(items.map(({ id, score }, at) => [id, { id, place: at + 1, score }]));
}

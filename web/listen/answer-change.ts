/** How an answer differs from the one before. */
export interface AnswerChange {
  /** Items that were not there before. */
  readonly entered: ReadonlySet<string>;
  /** Items that are gone, the best first. */
  readonly left: readonly string[];
  /** Places that an item of both rose; negative where it fell. Items that stayed where they were are not named. */
  readonly rose: ReadonlyMap<string, number>;
}

/** Compares the items of two answers, the best first in both. */
export function changeOf(before: readonly string[], after: readonly string[]): AnswerChange {
  const places = new Map(before.map((id, place) => [id, place]));
  const now = new Set(after);
  const rose = new Map<string, number>();
  for (const [place, id] of after.entries()) {
    const was = places.get(id);
    if (was !== undefined && was !== place) rose.set(id, was - place);
  }
  return {
    entered: new Set(after.filter((id) => !places.has(id))),
    left: before.filter((id) => !now.has(id)),
    rose,
  };
}

/** Tells a change in a few words; undefined where there is none. */
export function wordsOfChange({ entered, left, rose }: AnswerChange): string | undefined {
  const parts = [
    entered.size > 0 ? `${String(entered.size)} new` : '',
    rose.size > 0 ? `${String(rose.size)} moved` : '',
    left.length > 0 ? `${String(left.length)} gone` : '',
  ].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(', ');
}

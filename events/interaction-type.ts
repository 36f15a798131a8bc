/** How an interaction type teaches: `weight` scales the step, negative polarity is target 0. */
export interface InteractionType {
  readonly weight: number;
  readonly polarity: 'positive' | 'negative';
}

/** The interaction types by name; part of a model version's settings, for they change what is learned. */
export type InteractionTypes = Readonly<Record<string, InteractionType>>;

/** The types that an instance starts with. */
export const DEFAULT_INTERACTION_TYPES: InteractionTypes = {
  view: { weight: 0.5, polarity: 'positive' },
  add: { weight: 0.7, polarity: 'positive' },
  play: { weight: 1, polarity: 'positive' },
  like: { weight: 1, polarity: 'positive' },
  buy: { weight: 1, polarity: 'positive' },
  skip: { weight: 1, polarity: 'negative' },
  dislike: { weight: 1, polarity: 'negative' },
};

/**
 * The type of an event that says that an item was shown to a user. It stands in no table, for it teaches nothing: to
 * every version it is an event that changes no state. Answers with `rotation` read it in the journal.
 */
export const IMPRESSION = 'impression';

/** The names of the types that events may have: those that teach, and impressions. */
export function eventTypes(types: InteractionTypes): ReadonlySet<string> {
  return new Set([...Object.keys(types), IMPRESSION]);
}

/** Popularity's speeds: half-lives in events of the stream, and in milliseconds of event time. */
export const POPULARITY_SPEEDS = {
  events: [200, 2_000, 20_000, Infinity],
  ms: [86_400_000, 14 * 86_400_000],
} as const;

/** Where a candidate's features stand: what each source says of it, in the order of the sources. */
export const FEATURES = {
  /** Six of popularity, slowest of the events' last. */
  popularity: 0,
  /** Three of transitions: from the user's last item, from the one before, from the one before that. */
  transitions: 6,
  /** Three of neighbours: fading, not fading, and fading without a logarithm. */
  neighbours: 9,
  gmf: 12,
  /** Two of age: since the item's first event, and since its last. */
  age: 13,
  repeats: 15,
  count: 16,
} as const;

/** Each source by name, and from which feature to before which one it speaks. */
export const FEATURE_SPANS: readonly (readonly [name: string, from: number, to: number])[] = [
  ['popularity', FEATURES.popularity, FEATURES.transitions],
  ['transitions', FEATURES.transitions, FEATURES.neighbours],
  ['neighbours', FEATURES.neighbours, FEATURES.gmf],
  ['gmf', FEATURES.gmf, FEATURES.age],
  ['age', FEATURES.age, FEATURES.repeats],
  ['repeats', FEATURES.repeats, FEATURES.count],
];

/** What each feature counts before anything is learned. */
export const FIRST_WEIGHTS: readonly number[] = [
  0.2, 0.3, 0.2, 0.2, 0.2, 0.2, 0.5, 0.3, 0.2, 0.4, 0.3, 0.2, 0.8, 0, 0, 0,
];

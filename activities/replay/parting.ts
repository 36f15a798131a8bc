/** What somebody found at a place: whether what live left behind there is what a clean replay gives. */
export interface Witness {
  readonly at: number;
  /** `rows` stands for a mark, which knows rows alone; the others compare the whole state. */
  readonly kind: 'rows' | 'checkpoint' | 'state';
  readonly equal: boolean;
}

/** Where a state and its clean replay part: they are equal at `after`, and at `at` they are not. */
export interface Parting {
  /** The last place known to be equal; where the version starts, where none was found. */
  readonly after: number;
  readonly at: number;
  /** What differs there. */
  readonly by: Witness['kind'];
}

/**
 * Finds where a state parted from its clean replay, of which the last witness is the state as it is now: first the
 * checkpoint after which all whole states differ, then, between these two, the first mark that differs. Witnesses come
 * in the order in which they came to be. Undefined where the state is equal.
 */
export function partingOf(start: number, witnesses: readonly Witness[]): Parting | undefined {
  const whole = witnesses.flatMap(({ kind }, place) => (kind === 'rows' ? [] : [place]));
  const last = whole.at(-1);
  if (last === undefined || witnesses[last]?.equal === true) return undefined;
  const before = whole.findLast((place) => witnesses[place]?.equal === true) ?? -1;
  const end = whole.find((place) => place > before) ?? last;
  const between = witnesses.slice(before + 1, end);
  const first = between.findIndex(({ equal }) => !equal);
  const after = (first < 0 ? undefined : between[first - 1]) ?? witnesses[before];
  const found = between[first] ?? witnesses[end];
  if (found === undefined) return undefined;
  return { after: after?.at ?? start, at: found.at, by: found.kind };
}

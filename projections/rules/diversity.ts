/** A candidate of a choice: how relevant it is, and the direction that it points in. */
export interface Choice {
  readonly score: number;
  /** Of length 1, or all zeros where nothing is known of it. */
  readonly direction: Float32Array;
}

/**
 * Chooses n candidates by maximal marginal relevance (Carbonell & Goldstein 1998): each next one has the greatest
 * `(1 − diversity) · relevance − diversity · likeness`, where relevance is its score between the least (0) and the
 * greatest (1) of all, and likeness its greatest cosine to one chosen before. Candidates come best first; ties go to the
 * better one. Returns their numbers: at diversity 0 the first n, in their order.
 */
export function chooseDiverse(
  candidates: readonly Choice[],
  n: number,
  diversity: number,
): readonly number[] {
  const count = Math.min(n, candidates.length);
  if (diversity === 0) return Array.from({ length: count }, (_, number) => number);
  const relevance = relevanceOf(candidates);
  // The most opposite that two can be: whatever is chosen first is worse than that.
  const likeness = new Float64Array(candidates.length).fill(-1);
  const isChosen = new Uint8Array(candidates.length);
  const chosen: number[] = [];
  while (chosen.length < count) {
    const next = bestOf(relevance, likeness, isChosen, diversity);
    isChosen[next] = 1;
    chosen.push(next);
    const { direction } = candidates[next] as Choice;
    for (const [number, other] of candidates.entries()) {
      if (isChosen[number] === 1) continue;
      const cosine = product(direction, other.direction);
      if (cosine > (likeness[number] as number)) likeness[number] = cosine;
    }
  }
  return chosen;
}

function relevanceOf(candidates: readonly Choice[]): Float64Array {
  const greatest = candidates[0]?.score ?? 0;
  const span = greatest - (candidates.at(-1)?.score ?? 0);
  return Float64Array.from(
    candidates,
    ({ score }) => 1 - (span > 0 ? (greatest - score) / span : 0),
  );
}

function bestOf(
  relevance: Float64Array,
  likeness: Float64Array,
  isChosen: Uint8Array,
  diversity: number,
): number {
  let best = -1;
  let most = -Infinity;
  for (let number = 0; number < relevance.length; number += 1) {
    if (isChosen[number] === 1) continue;
    const worth =
      (1 - diversity) * (relevance[number] as number) - diversity * (likeness[number] as number);
    if (best >= 0 && worth <= most) continue;
    best = number;
    most = worth;
  }
  return best;
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

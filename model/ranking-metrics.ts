/**
 * How well a ranking puts the relevant items first. Equal scores count at their expected value under random order, so
 * that a model which scores everything alike gets what chance would.
 */

/** Candidates of one score among which some are relevant. */
export interface TieGroup {
  /** Candidates that score higher. */
  readonly above: number;
  /** Candidates of this score, relevant ones included. */
  readonly size: number;
  /** Relevant ones of this score. */
  readonly relevant: number;
}

/**
 * Groups the relevant candidates (indices into `scores`) by score, best first. `excluded` is a mask of candidates to
 * leave out (1), relevant or not. NaN ranks below everything.
 */
export function groupRelevant(
  scores: ArrayLike<number>,
  relevant: ArrayLike<number>,
  excluded?: Uint8Array,
): TieGroup[] {
  const counts = new Map<number, number>();
  for (const index of new Set(Array.from(relevant))) {
    if (excluded?.[index] === 1) continue;
    const score = held(scores[index]);
    counts.set(score, (counts.get(score) ?? 0) + 1);
  }
  const values = Float64Array.from(counts.keys()).sort().reverse();
  // between[i] candidates score above value i and not above value i − 1.
  const between = new Uint32Array(values.length + 1);
  const equal = new Uint32Array(values.length);
  for (let index = 0; index < scores.length; index++) {
    if (excluded?.[index] === 1) continue;
    const score = held(scores[index]);
    const at = firstNotAbove(values, score);
    if (values[at] === score) equal[at] = (equal[at] as number) + 1;
    else between[at] = (between[at] as number) + 1;
  }
  let above = 0;
  return Array.from(values, (value, at) => {
    above += between[at] as number;
    const group = { above, size: equal[at] as number, relevant: counts.get(value) as number };
    above += group.size;
    return group;
  });
}

function held(score: number | undefined): number {
  return score === undefined || Number.isNaN(score) ? -Infinity : score;
}

/** The first index whose value is at most the score; values descend. */
function firstNotAbove(values: Float64Array, score: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) > score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of a group's places lie within the first k. */
function placesWithin(group: TieGroup, k: number): number {
  return Math.min(Math.max(k - group.above, 0), group.size);
}

/** The number of relevant candidates expected within the first k. */
function hitsWithin(groups: readonly TieGroup[], k: number): number {
  let hits = 0;
  for (const group of groups) hits += (group.relevant * placesWithin(group, k)) / group.size;
  return hits;
}

function relevantTotal(groups: readonly TieGroup[]): number {
  return groups.reduce((total, group) => total + group.relevant, 0);
}

/** The probability that a relevant candidate stands within the first k. */
export function hitRate(groups: readonly TieGroup[], k: number): number {
  const [best] = groups;
  if (best === undefined) return 0;
  const places = placesWithin(best, k);
  // The chance that `places` draws without putting back all miss.
  let miss = 1;
  for (let place = 0; place < places && miss > 0; place++) {
    miss *= Math.max(best.size - best.relevant - place, 0) / (best.size - place);
  }
  return 1 - miss;
}

/** The share of the relevant candidates that stand within the first k. */
export function recall(groups: readonly TieGroup[], k: number): number {
  const total = relevantTotal(groups);
  return total === 0 ? 0 : hitsWithin(groups, k) / total;
}

/** The share of the first k that are relevant. */
export function precision(groups: readonly TieGroup[], k: number): number {
  return k <= 0 ? 0 : hitsWithin(groups, k) / k;
}

/** Normalised discounted cumulative gain of the first k, with binary relevance and log2 discount. */
export function ndcg(groups: readonly TieGroup[], k: number): number {
  let gain = 0;
  for (const group of groups) {
    const share = group.relevant / group.size;
    const end = group.above + placesWithin(group, k);
    for (let place = group.above; place < end; place++) gain += share / Math.log2(place + 2);
  }
  let ideal = 0;
  const total = Math.min(relevantTotal(groups), k);
  for (let place = 0; place < total; place++) ideal += 1 / Math.log2(place + 2);
  return ideal === 0 ? 0 : gain / ideal;
}

/** One over the rank of the first relevant candidate, 0 where it stands past k. */
export function mrr(groups: readonly TieGroup[], k: number): number {
  const [best] = groups;
  if (best === undefined) return 0;
  const places = placesWithin(best, k);
  let sum = 0;
  // The chance that the places of this group before `place` all miss.
  let miss = 1;
  for (let place = 0; place < places && miss > 0; place++) {
    const left = best.size - place;
    const hit = Math.min(best.relevant / left, 1);
    sum += (miss * hit) / (best.above + place + 1);
    miss *= 1 - hit;
  }
  return sum;
}

/**
 * Forward-decayed popularity (Cormode et al. 2009) in the log domain, base 2, times in half-lives: an item's
 * log-weight is l = log2 Σ w·2^(t/H) over its events, so its value at time t is 2^(l − t/H). The log-weight never
 * overflows and needs no clock; items rank by it alike at every time. An event 512 half-lives on shifts l by exactly
 * 512. The arithmetic is our own, of exactly rounded operations only, so that it gives the same bits everywhere.
 */

/** The log-weight of an item without events. */
export const NO_POPULARITY = -Infinity;

/** Past this many half-lives the smaller of two weights is below the larger one's rounding. */
const NEGLIGIBLE_HALF_LIVES = 60;

const LN2 = Math.LN2;

/** 2^x, relative error below 2e-15; 0 and infinity past what a number holds. */
function exp2(x: number): number {
  const whole = Math.round(Math.min(Math.max(x, -1_080), 1_025));
  const y = Math.max(-1, Math.min(1, x - whole)) * LN2;
  // Taylor's series for e^y, |y| ≤ 0.35: the term after the 13th is below 1e-17.
  let sum = 1;
  for (let term = 13; term >= 1; term--) sum = 1 + (sum * y) / term;
  // In two halves, so that neither power of two is past what a number holds.
  const half = Math.trunc(whole / 2);
  return sum * 2 ** half * 2 ** (whole - half);
}

/** log2(1 + x) for x in [0, 1]: twice the area tangent of x / (2 + x), relative error below 2e-15. */
function log2OnePlus(x: number): number {
  const ratio = x / (2 + x);
  const square = ratio * ratio;
  // The ratio is at most 1/3: the term after the 16th is below 1e-17 of the sum.
  let sum = 0;
  for (let power = 33; power >= 1; power -= 2) sum = 1 / power + square * sum;
  return (2 * ratio * sum) / LN2;
}

/** log2 of a positive number, by halving and doubling into [1, 2]. */
function log2(x: number): number {
  let whole = 0;
  let rest = x;
  while (rest > 2) {
    rest /= 2;
    whole++;
  }
  while (rest < 1) {
    rest *= 2;
    whole--;
  }
  return whole + log2OnePlus(rest - 1);
}

/** The log-weight after one more event of this weight (above 0) at this time; order does not matter but for rounding. */
export function addPopularity(
  logWeight: number,
  timeMs: number,
  weight: number,
  halfLifeMs: number,
): number {
  const own = timeMs / halfLifeMs + (weight === 1 ? 0 : log2(weight));
  return mergePopularity(logWeight, own);
}

/** The log-weight of two disjoint sets of events. */
export function mergePopularity(left: number, right: number): number {
  const above = left > right ? left : right;
  const below = left > right ? right : left;
  if (below < above - NEGLIGIBLE_HALF_LIVES || below === NO_POPULARITY) return above;
  return above + log2OnePlus(exp2(below - above));
}

/** The decayed weight at a time: an event of weight 1 counts 1 at its own time and half of it a half-life later. */
export function popularityAt(logWeight: number, timeMs: number, halfLifeMs: number): number {
  return exp2(logWeight - timeMs / halfLifeMs);
}

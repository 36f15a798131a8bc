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

/** Steps of a sixteenth, so that what is left for the polynomial is small. */
const STEPS_PER_HALVING = 16;
/** 2^(−n/16) for n from 0 to 15, from square roots, which every machine rounds alike. */
const FRACTIONS = Float64Array.from({ length: STEPS_PER_HALVING }, (_, step) => {
  let factor = 1;
  let root = 0.5;
  for (let bit = STEPS_PER_HALVING / 2; bit >= 1; bit /= 2) {
    root = Math.sqrt(root);
    if ((step & bit) !== 0) factor *= root;
  }
  return factor;
});
const POWERS = Float64Array.from(
  { length: NEGLIGIBLE_HALF_LIVES * STEPS_PER_HALVING + 1 },
  (_, step) =>
    (FRACTIONS[step % STEPS_PER_HALVING] as number) / 2 ** Math.floor(step / STEPS_PER_HALVING),
);

/** Taylor's coefficients of e^y, highest first: for |y| ≤ ln 2 / 32 the term after the last is below 1e-17. */
const EXP_COEFFICIENTS = Float64Array.of(1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1);

/** 1/33, 1/31, … 1/3, 1: the area tangent's coefficients, highest first. */
const AREA_TANGENT_COEFFICIENTS = Float64Array.from({ length: 17 }, (_, at) => 1 / (33 - 2 * at));
/** Below this square of its argument the last six of them are enough. */
const FEW_TERMS_BELOW = 1e-3;

/** Σ c·x^k, the highest coefficient first, from one on. */
function polynomial(coefficients: Float64Array, from: number, x: number): number {
  let sum = 0;
  for (let at = from; at < coefficients.length; at++) sum = sum * x + (coefficients[at] as number);
  return sum;
}

/** 2^−x for x from 0 to NEGLIGIBLE_HALF_LIVES, relative error below 2e-15. */
function exp2Minus(x: number): number {
  const step = (x * STEPS_PER_HALVING + 0.5) | 0;
  const rest = (step / STEPS_PER_HALVING - x) * LN2;
  return (POWERS[step] as number) * polynomial(EXP_COEFFICIENTS, 0, rest);
}

/** log2(1 + x) for x in [0, 1]: twice the area tangent of x / (2 + x), relative error below 2e-15. */
function log2OnePlus(x: number): number {
  const ratio = x / (2 + x);
  const square = ratio * ratio;
  const from = square < FEW_TERMS_BELOW ? AREA_TANGENT_COEFFICIENTS.length - 6 : 0;
  return (2 * ratio * polynomial(AREA_TANGENT_COEFFICIENTS, from, square)) / LN2;
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
  return above + log2OnePlus(exp2Minus(above - below));
}

/** The decayed weight at a time: an event of weight 1 counts 1 at its own time and half of it a half-life later. */
export function popularityAt(logWeight: number, timeMs: number, halfLifeMs: number): number {
  const halvings = timeMs / halfLifeMs - logWeight;
  const whole = Math.floor(Math.min(Math.max(halvings, -1_024), 1_100));
  const rest = halvings - whole;
  if (!(rest >= 0 && rest <= 1)) return halvings > 0 ? 0 : Infinity;
  // In two halves, so that neither power of two is past what a number holds.
  const half = Math.trunc(whole / 2);
  return exp2Minus(rest) / 2 ** half / 2 ** (whole - half);
}

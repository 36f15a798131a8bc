import type { RateEstimate } from './trial-sums.ts';

/** How a difference is tested. */
export interface SequentialTest {
  /** The share of experiments without any effect that may ever be called one. */
  readonly alpha: number;
  /**
   * The deviation of the normal mixture over effects: the test needs fewest users where the true difference is about as
   * great. It has to be fixed before the first look.
   */
  readonly effect: number;
}

/** What is known of a difference, whenever one looks. */
export interface SequentialResult {
  readonly difference: number;
  /** A confidence interval that holds at all looks at once, with probability 1 − alpha. */
  readonly low: number;
  readonly high: number;
  /** Valid at whatever look one stops: the inverse of the mixture's likelihood ratio, at most 1. */
  readonly pValue: number;
}

/**
 * Compares two rates by a mixture sequential probability ratio test (Robbins 1970; for two rates Johari, Koomen, Pekelis
 * and Walsh 2022, "Always Valid Inference"): one may look after every event and stop when one likes. The ratio of the
 * mixture N(0, effect²) over differences to no difference is a martingale where there is none, so by Ville's inequality
 * it ever passes 1 / alpha with probability alpha at most. It takes estimates for normal, which many users make them
 * (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, "Time-uniform central limit theory").
 */
export function compareRates(
  base: RateEstimate,
  other: RateEstimate,
  { alpha, effect }: SequentialTest,
): SequentialResult {
  const difference = other.rate - base.rate;
  const variance = base.variance + other.variance;
  if (variance <= 0) return { difference, low: -1, high: 1, pValue: 1 };
  const mixture = effect * effect;
  const total = variance + mixture;
  const logRatio =
    0.5 * Math.log(variance / total) + (mixture * difference * difference) / (2 * variance * total);
  const reach = Math.sqrt(
    ((2 * variance * total) / mixture) * (Math.log(1 / alpha) + 0.5 * Math.log(total / variance)),
  );
  return {
    difference,
    low: Math.max(-1, difference - reach),
    high: Math.min(1, difference + reach),
    pValue: Math.min(1, Math.exp(-logRatio)),
  };
}

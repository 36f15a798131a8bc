import type { LoggedChoice } from './logged-choice.ts';

/** A value with how sure it is. */
export interface Estimate {
  readonly value: number;
  /** Its standard error; undefined where there is one row only. */
  readonly standardError: number | undefined;
}

/** What a policy would have been worth, by the logs of another. */
export interface PolicyEstimates {
  readonly rows: number;
  /** What the logging policy was worth. */
  readonly logged: Estimate;
  /** Inverse propensity scoring: unbiased, and restless where propensities are small. */
  readonly ips: Estimate;
  /** IPS divided by the mean weight: a little biased, far calmer; undefined where no weight is more than 0. */
  readonly snips: Estimate | undefined;
  /** Doubly robust: right on average where either the propensities or the model are. */
  readonly doublyRobust: Estimate;
  /** How many rows of weight 1 the weights are worth: (Σw)² / Σw². Where it is small, believe none of these. */
  readonly effectiveRows: number;
  readonly weightMax: number;
}

/**
 * Sums over logged choices that what another policy is worth follows from: inverse propensity scoring (Horvitz and
 * Thompson 1952; for logs of recommenders Li, Chu, Langford and Wang 2011), self-normalised (Swaminathan and Joachims
 * 2015) and doubly robust (Dudík, Langford and Li 2011). Rows are taken one at a time; none is kept.
 */
export class OffPolicySums {
  readonly #logged = new Moments();
  readonly #ips = new Moments();
  readonly #doublyRobust = new Moments();
  #weights = 0;
  #weightsSquared = 0;
  #weighted = 0;
  #weightedSquared = 0;
  #weightedByWeight = 0;
  #weightMax = 0;

  /** Takes a logged choice. */
  add({ propensity, target, reward, predicted, predictedTarget }: LoggedChoice): void {
    const weight = target / propensity;
    const weighted = weight * reward;
    this.#logged.add(reward);
    this.#ips.add(weighted);
    this.#doublyRobust.add(predictedTarget + weight * (reward - predicted));
    this.#weights += weight;
    this.#weightsSquared += weight * weight;
    this.#weighted += weighted;
    this.#weightedSquared += weighted * weighted;
    this.#weightedByWeight += weighted * weight;
    this.#weightMax = Math.max(this.#weightMax, weight);
  }

  /** The estimates; undefined before the first row. */
  estimates(): PolicyEstimates | undefined {
    const rows = this.#logged.count;
    if (rows === 0) return undefined;
    const squares = this.#weightsSquared;
    return {
      rows,
      logged: this.#logged.mean(),
      ips: this.#ips.mean(),
      snips: this.#selfNormalised(),
      doublyRobust: this.#doublyRobust.mean(),
      effectiveRows: squares === 0 ? 0 : (this.#weights * this.#weights) / squares,
      weightMax: this.#weightMax,
    };
  }

  /** The ratio of two means, its error by the delta method. */
  #selfNormalised(): Estimate | undefined {
    const rows = this.#logged.count;
    if (this.#weights === 0) return undefined;
    const value = this.#weighted / this.#weights;
    if (rows < 2) return { value, standardError: undefined };
    const residuals =
      this.#weightedSquared -
      2 * value * this.#weightedByWeight +
      value * value * this.#weightsSquared;
    const spread = (Math.max(0, residuals) * rows) / (rows - 1);
    return { value, standardError: Math.sqrt(spread) / this.#weights };
  }
}

/** Mean and variance of numbers, one at a time (Welford 1962). */
class Moments {
  count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.count += 1;
    const step = value - this.#mean;
    this.#mean += step / this.count;
    this.#squares += step * (value - this.#mean);
  }

  mean(): Estimate {
    const { count } = this;
    const standardError = count < 2 ? undefined : Math.sqrt(this.#squares / (count - 1) / count);
    return { value: this.#mean, standardError };
  }
}

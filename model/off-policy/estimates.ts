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
  /** The answers that the rows stand in: what was drawn by itself, which standard errors count by. */
  readonly answers: number;
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
  /** The mean weight: near 1 where all that the policy would choose could be logged, below where some could not. */
  readonly weightMean: number;
}

/** What one answer adds to the sums. */
interface AnswerSums {
  rows: number;
  reward: number;
  weight: number;
  weighted: number;
  doublyRobust: number;
}

/**
 * Sums over logged choices that what another policy is worth follows from: inverse propensity scoring (Horvitz and
 * Thompson 1952; for logs of recommenders Li, Chu, Langford and Wang 2011), self-normalised (Swaminathan and Joachims
 * 2015) and doubly robust (Dudík, Langford and Li 2011). Rows are taken one at a time; none is kept. The choices of one
 * answer were drawn together, so errors are those of ratios of sums over answers (Cochran 1977, §6.4).
 */
export class OffPolicySums {
  readonly #logged = new Ratio();
  readonly #ips = new Ratio();
  readonly #snips = new Ratio();
  readonly #doublyRobust = new Ratio();
  #rows = 0;
  #weights = 0;
  #weightsSquared = 0;
  #weightMax = 0;
  #answer: string | undefined;
  #open: AnswerSums | undefined;

  /** Takes a logged choice. */
  add({ answer, propensity, target, reward, predicted, predictedTarget }: LoggedChoice): void {
    if (answer === undefined || answer !== this.#answer) this.#close();
    const open = (this.#open ??= { rows: 0, reward: 0, weight: 0, weighted: 0, doublyRobust: 0 });
    this.#answer = answer;
    const weight = target / propensity;
    open.rows += 1;
    open.reward += reward;
    open.weight += weight;
    open.weighted += weight * reward;
    open.doublyRobust += predictedTarget + weight * (reward - predicted);
    this.#rows += 1;
    this.#weights += weight;
    this.#weightsSquared += weight * weight;
    this.#weightMax = Math.max(this.#weightMax, weight);
  }

  /** The estimates; undefined before the first row. */
  estimates(): PolicyEstimates | undefined {
    this.#close();
    if (this.#rows === 0) return undefined;
    const squares = this.#weightsSquared;
    return {
      rows: this.#rows,
      answers: this.#logged.count,
      logged: this.#logged.estimate(),
      ips: this.#ips.estimate(),
      snips: this.#weights === 0 ? undefined : this.#snips.estimate(),
      doublyRobust: this.#doublyRobust.estimate(),
      effectiveRows: squares === 0 ? 0 : (this.#weights * this.#weights) / squares,
      weightMax: this.#weightMax,
      weightMean: this.#weights / this.#rows,
    };
  }

  /** Ends the answer that choices came of last. */
  #close(): void {
    if (this.#open === undefined) return;
    const { rows, reward, weight, weighted, doublyRobust } = this.#open;
    this.#open = undefined;
    this.#logged.add(reward, rows);
    this.#ips.add(weighted, rows);
    this.#snips.add(weighted, weight);
    this.#doublyRobust.add(doublyRobust, rows);
  }
}

/** A ratio of two sums over answers, its error by the delta method. */
class Ratio {
  count = 0;
  #above = 0;
  #below = 0;
  #aboveSquared = 0;
  #belowSquared = 0;
  #product = 0;

  add(above: number, below: number): void {
    this.count += 1;
    this.#above += above;
    this.#below += below;
    this.#aboveSquared += above * above;
    this.#belowSquared += below * below;
    this.#product += above * below;
  }

  estimate(): Estimate {
    const { count } = this;
    const value = this.#above / this.#below;
    if (count < 2) return { value, standardError: undefined };
    const residuals =
      this.#aboveSquared - 2 * value * this.#product + value * value * this.#belowSquared;
    const spread = (Math.max(0, residuals) * count) / (count - 1);
    return { value, standardError: Math.sqrt(spread) / this.#below };
  }
}

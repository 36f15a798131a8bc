/** A logged choice, what came of it, and what another policy would have done there. */
export interface LoggedChoice {
  /** Choices of one answer, which one draw made together: they come one after another. One of its own where absent. */
  readonly answer?: string | undefined;
  /** The probability with which the logging policy chose what it chose: more than 0, at most 1. */
  readonly propensity: number;
  /** The probability with which the policy that is evaluated would have chosen the same: 0 to 1. */
  readonly target: number;
  /** What came of it: a click is 1. */
  readonly reward: number;
  /** What a model foretold of the choice that was made. */
  readonly predicted: number;
  /** What the model foretells of the choice that the evaluated policy makes, on average over what it may choose. */
  readonly predictedTarget: number;
}

/** What a user saw and took of one arm. */
export interface UserTrials {
  /** Answers that the user was given. */
  readonly answers: number;
  /** Those of them that the user clicked. */
  readonly clicked: number;
}

/** The share of answers that were clicked, with how sure it is. */
export interface RateEstimate {
  readonly rate: number;
  /** The variance of `rate`; 0 where nothing varies yet. */
  readonly variance: number;
}

/**
 * Sums over the users of an arm that its rate and the variance of it follow from. The users are what was drawn, not
 * their answers: those of one user are alike, and taking them for independent finds effects where there are none
 * (Deng, Knoblich and Lu 2018, "Applying the Delta Method in Metric Analytics").
 */
export class TrialSums {
  users = 0;
  answers = 0;
  clicked = 0;
  #answersSquared = 0;
  #clickedSquared = 0;
  #products = 0;

  /** Takes what became of a user's trials in the place of what they were. */
  replace(before: UserTrials | undefined, after: UserTrials): void {
    if (before === undefined) this.users += 1;
    else this.#add(before, -1);
    this.#add(after, 1);
  }

  /** The rate by the delta method; undefined before the first answer. */
  estimate(): RateEstimate | undefined {
    const { users, answers, clicked } = this;
    if (answers === 0) return undefined;
    const rate = clicked / answers;
    if (users < 2) return { rate, variance: 0 };
    // The residuals clicked − rate · answers of the users sum to zero.
    const squares =
      this.#clickedSquared - 2 * rate * this.#products + rate * rate * this.#answersSquared;
    const variance = (Math.max(0, squares) * users) / (users - 1) / (answers * answers);
    return { rate, variance };
  }

  #add({ answers, clicked }: UserTrials, sign: 1 | -1): void {
    this.answers += sign * answers;
    this.clicked += sign * clicked;
    this.#answersSquared += sign * answers * answers;
    this.#clickedSquared += sign * clicked * clicked;
    this.#products += sign * answers * clicked;
  }
}

import type { AnswerLabel } from './answer.ts';
import { ClickThrough } from './click-through.ts';
import type { ClickThroughState, Reaction } from './click-through.ts';
import { Trials } from './trials.ts';
import type { TrialsState } from './trials.ts';

/** The names of an experiment's arms, by the experiment's own. */
export type ArmNames = ReadonlyMap<string, readonly string[]>;

/** Counts as they are kept. */
export interface AnswerCountsState {
  readonly clickThrough: ClickThroughState;
  /** By experiment. */
  readonly trials: Readonly<Record<string, TrialsState>>;
}

/** An answer that was given. */
export interface GivenAnswer {
  readonly model: string;
  readonly label: AnswerLabel | null;
  /** The user who was answered. */
  readonly user: string;
}

/** Counts answers and reactions to them, by version and scenario, and by the arms of experiments. */
export class AnswerCounts {
  readonly clickThrough: ClickThrough;
  readonly #trials = new Map<string, Trials>();
  readonly #markOf: (user: string) => string;

  /** `markOf` tells users apart without naming them. */
  constructor(markOf: (user: string) => string, arms: ArmNames, state?: AnswerCountsState) {
    this.#markOf = markOf;
    this.clickThrough = new ClickThrough(state?.clickThrough);
    for (const [experiment, names] of arms) {
      this.begin(experiment, names, state?.trials[experiment]);
    }
  }

  /** Begins to count an experiment. */
  begin(experiment: string, arms: readonly string[], state?: TrialsState): void {
    this.#trials.set(experiment, new Trials(arms, state));
  }

  /** Counts an experiment no more. */
  end(experiment: string): void {
    this.#trials.delete(experiment);
  }

  /** What is counted of an experiment. */
  trials(experiment: string): Trials | undefined {
    return this.#trials.get(experiment);
  }

  /** Counts an answer that was given. */
  given({ model, label, user }: GivenAnswer): void {
    this.clickThrough.given(model, label?.scenario);
    if (label === null) return;
    this.#trials.get(label.experiment)?.given(label.arm, this.#markOf(user));
  }

  /** Counts a user's reaction. */
  reacted(reaction: Reaction, user: string): void {
    const isFirst = this.clickThrough.reacted(reaction);
    const { label } = reaction.facts;
    if (!isFirst || label === null) return;
    this.#trials.get(label.experiment)?.clicked(label.arm, this.#markOf(user));
  }

  /** Adds answers that were counted elsewhere; clicks on the trials' answers are not looked at. */
  addAnswers({ clickThrough, trials }: AnswerCountsState): void {
    this.clickThrough.add(clickThrough.rows);
    for (const [of, arm, mark, answers] of countsOf(trials)) {
      if (answers > 0) this.#trials.get(of)?.given(arm, mark, answers);
    }
  }

  /** Adds reactions that were counted elsewhere, to answers that are counted here; those answers are not looked at. */
  addReactions({ clickThrough, trials }: AnswerCountsState): void {
    this.clickThrough.add(clickThrough.rows);
    for (const [of, arm, mark, , clicked] of countsOf(trials)) {
      if (clicked > 0) this.#trials.get(of)?.clicked(arm, mark, clicked);
    }
  }

  /** All that it takes to go on counting elsewhere. */
  state(): AnswerCountsState {
    return {
      clickThrough: this.clickThrough.state(),
      trials: Object.fromEntries([...this.#trials].map(([name, one]) => [name, one.state()])),
    };
  }
}

/** Every user of every arm of every experiment. */
function* countsOf(
  trials: AnswerCountsState['trials'],
): Generator<
  readonly [experiment: string, arm: string, mark: string, answers: number, clicked: number]
> {
  for (const [experiment, arms] of Object.entries(trials)) {
    for (const [arm, users] of Object.entries(arms)) {
      for (const [mark, answers, clicked] of users) {
        yield [experiment, arm, mark, answers, clicked];
      }
    }
  }
}

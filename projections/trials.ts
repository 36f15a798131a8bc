import { TrialSums } from '../model/experiment/trial-sums.ts';
import type { UserTrials } from '../model/experiment/trial-sums.ts';

/** Users of one experiment that are counted; those who come after are answered by it and not counted. */
export const trialUsersMax = 25_000;

/** The trials of an experiment as they are kept: users of each arm by a mark of theirs. */
export type TrialsState = Readonly<
  Record<string, readonly (readonly [mark: string, answers: number, clicked: number])[]>
>;

type ArmUsers = Map<string, UserTrials>;

/** An arm and what became of it. */
interface Arm {
  readonly sums: TrialSums;
  readonly users: ArmUsers;
}

/** Counts the answers of one experiment and the clicks on them, by arm and user. */
export class Trials {
  readonly #arms = new Map<string, Arm>();
  #users = 0;

  constructor(arms: readonly string[], state: TrialsState = {}) {
    for (const name of arms) {
      const arm: Arm = { sums: new TrialSums(), users: new Map() };
      this.#arms.set(name, arm);
      for (const [mark, answers, clicked] of state[name] ?? []) {
        this.#put(arm, mark, undefined, { answers, clicked });
      }
    }
  }

  /** True where users came that are not counted any more. */
  get isFull(): boolean {
    return this.#users >= trialUsersMax;
  }

  /** Counts answers that a user was given. */
  given(arm: string, mark: string, count = 1): void {
    this.#change(arm, mark, ({ answers, clicked }) => ({ answers: answers + count, clicked }));
  }

  /** Counts answers that a user clicked; they were given, whether that was counted or not. */
  clicked(arm: string, mark: string, count = 1): void {
    this.#change(arm, mark, ({ answers, clicked }) => ({
      answers: Math.max(answers, clicked + count),
      clicked: clicked + count,
    }));
  }

  /** The sums of an arm. */
  sums(arm: string): TrialSums {
    return this.#arms.get(arm)?.sums ?? new TrialSums();
  }

  /** All that it takes to go on counting elsewhere. */
  state(): TrialsState {
    return Object.fromEntries(
      [...this.#arms].map(([name, { users }]) => [
        name,
        [...users].map(([mark, { answers, clicked }]) => [mark, answers, clicked] as const),
      ]),
    );
  }

  #change(name: string, mark: string, become: (before: UserTrials) => UserTrials): void {
    const arm = this.#arms.get(name);
    if (arm === undefined) return;
    const before = arm.users.get(mark);
    if (before === undefined && this.isFull) return;
    this.#put(arm, mark, before, become(before ?? { answers: 0, clicked: 0 }));
  }

  #put(arm: Arm, mark: string, before: UserTrials | undefined, after: UserTrials): void {
    if (before === undefined) this.#users += 1;
    arm.sums.replace(before, after);
    arm.users.set(mark, after);
  }
}

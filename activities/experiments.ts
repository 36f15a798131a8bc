import { RepriseError } from '../events/error.ts';
import { armOf } from '../model/experiment/arm-split.ts';
import { compareRates } from '../model/experiment/sequential-test.ts';
import type { SequentialResult } from '../model/experiment/sequential-test.ts';
import type { RateEstimate, TrialSums } from '../model/experiment/trial-sums.ts';
import type { AnswerCounts, ArmNames } from '../projections/answer-counts.ts';
import type { AnswerLabel } from '../projections/answer.ts';
import type { ExperimentArm, ExperimentRecord } from './experiment-record.ts';
import type { FollowedRecord } from './followed-record.ts';

/** Experiments at a time. */
export const experimentsMax = 8;

/** The share of experiments without any difference that may ever be called different. */
export const falseAlarmShareMax = 0.05;

/** Users of each arm before whose number nothing is said of a difference: with fewer, rates are no normal numbers. */
export const comparedUsersMin = 100;

/** What experiments need. */
export interface ExperimentDeps {
  /** What experiments there are; they are counted already. */
  readonly records: FollowedRecord<readonly ExperimentRecord[]>;
  readonly counts: Pick<AnswerCounts, 'begin' | 'end' | 'trials'>;
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Told when what is counted changed. */
  readonly onChange: () => void;
  /** Tells whether a scenario can be answered by; none can where it is absent. */
  readonly knowsScenario?: (scenario: string) => boolean;
}

/** An experiment as it is asked for. */
export type ExperimentWish = Pick<ExperimentRecord, 'arms' | 'effect'>;

/** How an arm compares with the first. */
export interface ArmComparison extends SequentialResult {
  /** `early`: too few users to say anything. */
  readonly verdict: 'better' | 'worse' | 'undecided' | 'early';
}

/** An arm with its figures. */
export interface ArmFigures extends ExperimentArm {
  readonly users: number;
  readonly answers: number;
  readonly clicked: number;
  /** Undefined before the first answer. */
  readonly rate: number | undefined;
  /** Undefined for the first arm, and before both have answers. */
  readonly comparison: ArmComparison | undefined;
}

/** An experiment with its figures. */
export interface ExperimentFigures {
  readonly record: ExperimentRecord;
  /** True where users came that are not counted any more. */
  readonly isFull: boolean;
  readonly arms: readonly ArmFigures[];
}

/** Splits users into the arms of experiments, and compares what became of their answers. */
export class Experiments {
  readonly #deps: ExperimentDeps;

  constructor(deps: ExperimentDeps) {
    this.#deps = deps;
  }

  /** Every experiment, in the order in which they began. */
  list(): readonly ExperimentFigures[] {
    return this.#deps.records.value.map((record) => this.#figures(record));
  }

  /** Undefined where there is no such experiment. */
  get(experiment: string): ExperimentFigures | undefined {
    const record = this.#record(experiment);
    return record && this.#figures(record);
  }

  /**
   * Begins an experiment; the same again changes nothing. Throws CONFLICT where it runs with other arms or too many run,
   * and INVALID, naming the field, for arms that can't be answered by.
   */
  async put(experiment: string, wish: ExperimentWish): Promise<ExperimentFigures> {
    const { records, counts, onChange } = this.#deps;
    const { arms, effect } = wish;
    const record = { experiment, arms, effect, startedMs: Math.floor(this.#deps.clock()) };
    const standing = await records.change((all) => {
      const known = all.find((one) => one.experiment === experiment);
      if (known === undefined) {
        this.#refuseMore(all, wish);
        return { value: [...all, record], result: record };
      }
      if (isSame(known, wish)) return { result: known };
      throw new RepriseError(
        'CONFLICT',
        `experiment ${experiment} runs with other arms or another effect: give it another name, or delete it first`,
      );
    });
    if (standing === record) {
      counts.begin(
        experiment,
        arms.map(({ name }) => name),
      );
      onChange();
    }
    return this.#figures(standing);
  }

  /** Ends an experiment and forgets its figures, which are returned; undefined where there is no such. */
  async remove(experiment: string): Promise<ExperimentFigures | undefined> {
    const { records, counts, onChange } = this.#deps;
    const record = await records.change<ExperimentRecord | undefined>((all) => {
      const known = all.find((one) => one.experiment === experiment);
      if (known === undefined) return { result: undefined };
      return { value: all.filter((one) => one !== known), result: known };
    });
    if (record === undefined) return undefined;
    const last = this.#figures(record);
    counts.end(experiment);
    onChange();
    return last;
  }

  /** What an answer to a user is counted under; undefined where there is no such experiment. */
  assign(experiment: string, user: string): AnswerLabel | undefined {
    const record = this.#record(experiment);
    if (record === undefined) return undefined;
    const arm = record.arms[armOf(experiment, user, record.arms)];
    if (arm === undefined) throw new RangeError(`experiment ${experiment} has no arms`);
    return { scenario: arm.scenario ?? '', experiment, arm: arm.name };
  }

  #figures(record: ExperimentRecord): ExperimentFigures {
    const { experiment, arms, effect } = record;
    const trials = this.#deps.counts.trials(experiment);
    const sums = arms.map(({ name }) => trials?.sums(name));
    // Each arm but the first is a comparison of its own; together they may be wrong in the share allowed (Bonferroni).
    const alpha = falseAlarmShareMax / Math.max(1, arms.length - 1);
    const base = sums[0];
    return {
      ...{ record, isFull: trials?.isFull ?? false },
      arms: arms.map((arm, number) => {
        const own = sums[number];
        const { users = 0, answers = 0, clicked = 0 } = own ?? {};
        const compared = number === 0 ? undefined : comparison(base, own, { alpha, effect });
        return {
          ...arm,
          users,
          answers,
          clicked,
          rate: own?.estimate()?.rate,
          comparison: compared,
        };
      }),
    };
  }

  #record(experiment: string): ExperimentRecord | undefined {
    return this.#deps.records.value.find((one) => one.experiment === experiment);
  }

  /** Refuses one more experiment than may run, and one with arms that nothing answers by. */
  #refuseMore(all: readonly ExperimentRecord[], { arms }: ExperimentWish): void {
    for (const [number, { scenario }] of arms.entries()) {
      if (scenario === undefined || this.#deps.knowsScenario?.(scenario) === true) continue;
      const field = `arms[${String(number)}].scenario`;
      const message = `${field} names no scenario that is known here: leave it out, or define the scenario first`;
      throw new RepriseError('INVALID', message, { field });
    }
    if (all.length < experimentsMax) return;
    const message = `${String(experimentsMax)} experiments run already: delete one first`;
    throw new RepriseError('CONFLICT', message);
  }
}

/** The names of the arms of experiments. */
export function armNames(records: readonly ExperimentRecord[]): ArmNames {
  return new Map(records.map(({ experiment, arms }) => [experiment, arms.map(({ name }) => name)]));
}

function comparison(
  base: TrialSums | undefined,
  other: TrialSums | undefined,
  test: { readonly alpha: number; readonly effect: number },
): ArmComparison | undefined {
  const from: RateEstimate | undefined = base?.estimate();
  const to = other?.estimate();
  if (base === undefined || other === undefined || from === undefined || to === undefined) {
    return undefined;
  }
  const result = compareRates(from, to, test);
  if (Math.min(base.users, other.users) < comparedUsersMin) return { ...result, verdict: 'early' };
  if (result.pValue > test.alpha) return { ...result, verdict: 'undecided' };
  return { ...result, verdict: result.difference > 0 ? 'better' : 'worse' };
}

function isSame(known: ExperimentRecord, wish: ExperimentWish): boolean {
  const plain = ({ arms, effect }: ExperimentWish): string =>
    JSON.stringify([effect, arms.map(({ name, share, scenario }) => [name, share, scenario])]);
  return plain(known) === plain(wish);
}

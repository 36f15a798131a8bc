import { RepriseError } from '../../events/error.ts';
import { armOf } from '../../model/experiment/arm-split.ts';
import { compareRates } from '../../model/experiment/sequential-test.ts';
import type { SequentialResult } from '../../model/experiment/sequential-test.ts';
import type { RateEstimate, TrialSums } from '../../model/experiment/trial-sums.ts';
import type { AnswerCounts, ArmNames } from '../../projections/answer-counts.ts';
import type { ArmLabel } from '../../projections/answer.ts';
import type { VersionsOfArms } from '../versions/arm-versions.ts';
import { versionsOf } from './experiment-record.ts';
import type { ExperimentArm, ExperimentRecord } from './experiment-record.ts';
import type { FollowedRecord } from '../followed-record.ts';

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
  /** The versions that arms may name; none may be named where it is absent. */
  readonly versions?: VersionsOfArms;
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
   * and INVALID, naming the field, for arms that can't be answered by. Where some arms name a version and others none,
   * these are given the one that is live: a promotion would change them otherwise, and what is compared.
   */
  async put(experiment: string, wish: ExperimentWish): Promise<ExperimentFigures> {
    const { records, counts, onChange } = this.#deps;
    const { effect } = wish;
    const startedMs = Math.floor(this.#deps.clock());
    const { record, isNew } = await records.change(async (all) => {
      const known = all.find((one) => one.experiment === experiment);
      const arms = this.#withVersions(wish.arms, known);
      if (known === undefined) {
        this.#refuseMore(all, wish);
        await this.#refuseAway(wish);
        const begun = { experiment, arms, effect, startedMs };
        return { value: [...all, begun], result: { record: begun, isNew: true } };
      }
      if (isSame(known, { arms, effect })) return { result: { record: known, isNew: false } };
      throw new RepriseError(
        'CONFLICT',
        `experiment ${experiment} runs with other arms or another effect: give it another name, or delete it first`,
      );
    });
    if (isNew) {
      counts.begin(
        experiment,
        record.arms.map(({ name }) => name),
      );
      onChange();
    }
    return this.#figures(record);
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
  assign(experiment: string, user: string): ArmLabel | undefined {
    const record = this.#record(experiment);
    if (record === undefined) return undefined;
    const arm = record.arms[armOf(experiment, user, record.arms)];
    if (arm === undefined) throw new RangeError(`experiment ${experiment} has no arms`);
    const label = { scenario: arm.scenario ?? '', experiment, arm: arm.name };
    const { version } = arm;
    return version === undefined ? label : { ...label, version, versions: versionsOf([record]) };
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

  /** Arms of which all name a version where one does: that of the experiment that runs, or the live one. */
  #withVersions(
    arms: readonly ExperimentArm[],
    known: ExperimentRecord | undefined,
  ): readonly ExperimentArm[] {
    if (arms.every(({ version }) => version === undefined)) return arms;
    const live = this.#deps.versions?.live;
    if (live === undefined) return arms;
    return arms.map((arm) => {
      const own = known?.arms.find(({ name }) => name === arm.name)?.version ?? live;
      return { ...arm, version: arm.version ?? own };
    });
  }

  /** Refuses arms whose versions can't answer. */
  async #refuseAway({ arms }: ExperimentWish): Promise<void> {
    for (const [number, { version }] of arms.entries()) {
      if (version === undefined) continue;
      const field = `arms[${String(number)}].version`;
      const { versions } = this.#deps;
      if (versions !== undefined) await versions.refuseAway(version, field);
      else {
        const message = `${field} names a model version, and nothing answers by one here: leave it out`;
        throw new RepriseError('INVALID', message, { field });
      }
    }
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
    JSON.stringify([
      effect,
      arms.map(({ name, share, scenario, version }) => [name, share, scenario, version]),
    ]);
  return plain(known) === plain(wish);
}

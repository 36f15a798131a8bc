import { AnswerCounts } from '../../projections/answer-counts.ts';
import type { AnswerCountsState, GivenAnswer } from '../../projections/answer-counts.ts';
import { armNames } from './experiments.ts';
import type { ExperimentRecord } from './experiment-record.ts';
import { ofRuns, underRuns } from './experiment-runs.ts';
import { FollowedRecord } from '../followed-record.ts';
import type { KeptRecord } from '../kept-record.ts';
import { OneAtATime } from '../one-at-a-time.ts';

/** APIs of which it is remembered what they added last: a try that seemed to fail is known again by it. */
export const answeringApisMax = 64;

/** The answers that all APIs of a cluster gave. */
export interface KeptAnswers {
  readonly format: 1;
  /** Since when answers are counted, Unix milliseconds; 0 before the first. */
  readonly sinceMs: number;
  /** Trials stand under the names of their runs; nothing in it is clicked. */
  readonly counts: AnswerCountsState;
  /** The number of the last addition of each API, those that added longest ago first. */
  readonly added: readonly (readonly [api: string, number: number])[];
}

const NONE: KeptAnswers = {
  ...{ format: 1, sinceMs: 0, added: [] },
  counts: { clickThrough: { rows: [], clicked: [] }, trials: {} },
};

/** What counting together needs. */
export interface SummedAnswerDeps {
  /** Names this process: no other one ever had the name. */
  readonly api: string;
  readonly record: KeptRecord<KeptAnswers>;
  /** The experiments that are known here. */
  readonly known: () => readonly ExperimentRecord[];
  /** The experiments as they stand now. */
  readonly runs: () => Promise<readonly ExperimentRecord[]>;
  /** Tells users apart without naming them, the same in every process. */
  readonly markOf: (user: string) => string;
  /** Unix milliseconds. */
  readonly clock: () => number;
}

/** Answers that are on their way into the record. */
interface Addition {
  readonly number: number;
  readonly state: AnswerCountsState;
}

/**
 * Counts the answers that this process gives, and adds them to those of all, each exactly once: an addition has a number,
 * and is not made where it was made already. What is not added yet ends with the process.
 */
export class SummedAnswers {
  readonly #deps: SummedAnswerDeps;
  readonly #record: FollowedRecord<KeptAnswers>;
  readonly #turns = new OneAtATime();
  #pending: PendingAnswers;
  /** What could not be added yet, or nobody knows whether it was. */
  #addition: Addition | undefined;
  #additions = 0;

  private constructor(deps: SummedAnswerDeps, record: FollowedRecord<KeptAnswers>) {
    this.#deps = deps;
    this.#record = record;
    this.#pending = new PendingAnswers(deps.markOf);
  }

  /** Reads what all have counted; throws DAMAGED where that can't be read. */
  static async open(deps: SummedAnswerDeps): Promise<SummedAnswers> {
    return new SummedAnswers(deps, await FollowedRecord.open(deps.record, NONE));
  }

  /** Counts an answer that was given here. */
  given(answer: GivenAnswer): void {
    this.#pending.given(answer, this.#deps.known());
  }

  /** Adds what was counted here; resolves when it is durable. What can't be added now is added by the next call. */
  add(): Promise<void> {
    return this.#turns.do(async () => {
      if (this.#addition !== undefined) await this.#add(this.#addition);
      this.#addition = undefined;
      if (this.#pending.isEmpty) return;
      this.#additions += 1;
      this.#addition = { number: this.#additions, state: this.#pending.state() };
      this.#pending = new PendingAnswers(this.#deps.markOf);
      await this.#add(this.#addition);
      this.#addition = undefined;
    });
  }

  /** What all have added, as it stands now. */
  async read(): Promise<KeptAnswers> {
    await this.#record.refresh();
    return this.#record.value;
  }

  #add({ number, state }: Addition): Promise<void> {
    const { api, markOf, clock } = this.#deps;
    return this.#record.change(async (kept) => {
      const isThere = kept.added.some(([of, last]) => of === api && last >= number);
      if (isThere) return { result: undefined };
      // Asked after the record was read: every run that somebody added answers of has begun by then.
      const runs = await this.#deps.runs();
      const all = new AnswerCounts(markOf, armNames(runs), ofRuns(kept.counts, runs));
      all.addAnswers(ofRuns(state, runs));
      const others = kept.added.filter(([of]) => of !== api);
      const value: KeptAnswers = {
        format: 1,
        sinceMs: kept.sinceMs === 0 ? Math.floor(clock()) : kept.sinceMs,
        counts: underRuns(all.state(), runs),
        added: [...others, [api, number] as const].slice(-answeringApisMax),
      };
      return { value, result: undefined };
    });
  }
}

/** Answers that were given since the last addition, by the runs that they were given in. */
class PendingAnswers {
  readonly #counts: AnswerCounts;
  readonly #runs = new Map<string, ExperimentRecord>();
  isEmpty = true;

  constructor(markOf: (user: string) => string) {
    this.#counts = new AnswerCounts(markOf, new Map());
  }

  given(answer: GivenAnswer, known: readonly ExperimentRecord[]): void {
    const run = known.find(({ experiment }) => experiment === answer.label?.experiment);
    if (run !== undefined && this.#runs.get(run.experiment)?.startedMs !== run.startedMs) {
      this.#runs.set(run.experiment, run);
      this.#counts.begin(
        run.experiment,
        run.arms.map(({ name }) => name),
      );
    }
    this.#counts.given(answer);
    this.isEmpty = false;
  }

  state(): AnswerCountsState {
    return underRuns(this.#counts.state(), this.#runs.values());
  }
}

/** Checks answers that were read; throws where they are none of ours. */
export function readAnswers(value: unknown): KeptAnswers {
  const { format, sinceMs, counts, added } = (value ?? {}) as Partial<KeptAnswers>;
  const isWhole = typeof sinceMs === 'number' && Array.isArray(added) && isCounts(counts);
  if (format === 1 && isWhole) return value as KeptAnswers;
  throw new TypeError('these are no counts of answers of this version');
}

/** Tells whether counts that were read are whole. */
export function isCounts(value: Partial<AnswerCountsState> | undefined): boolean {
  const { rows, clicked } = value?.clickThrough ?? {};
  return Array.isArray(rows) && Array.isArray(clicked) && typeof value?.trials === 'object';
}

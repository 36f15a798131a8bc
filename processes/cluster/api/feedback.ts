import { ofRuns } from '../../../activities/feedback/experiment-runs.ts';
import { armNames, Experiments } from '../../../activities/feedback/experiments.ts';
import type { VersionsOfArms } from '../../../activities/versions/arm-versions.ts';
import type { KeptRecord } from '../../../activities/kept-record.ts';
import type { Logger } from '../../../activities/logger.ts';
import { OneAtATime } from '../../../activities/one-at-a-time.ts';
import { ReactionFold } from '../../../activities/feedback/reaction-fold.ts';
import type {
  KeptReactions,
  ReactionFoldDeps,
} from '../../../activities/feedback/reaction-fold.ts';
import { countsKeptMsMax } from '../../../activities/feedback/reactions.ts';
import type { CountedUnder } from '../../../activities/feedback/reactions.ts';
import { SummedAnswers } from '../../../activities/feedback/summed-answers.ts';
import type { KeptAnswers } from '../../../activities/feedback/summed-answers.ts';
import { withinMs } from '../../../adapters/cluster/time-bound.ts';
import type { QueriesPort } from '../../../api/deps.ts';
import type { ClickThroughPort, ExperimentsPort } from '../../../api/feedback-ports.ts';
import type { ClickThroughAnswer } from '../../../api/schema/click-through.ts';
import { AnswerCounts } from '../../../projections/answer-counts.ts';
import { countedLabel } from '../../../projections/arm-queries.ts';
import type { Reaction } from '../../../projections/click-through.ts';
import { clickThroughAnswer } from '../../core/click-through-answer.ts';
import { experimentsPort } from '../../core/experiments-port.ts';
import type { WhyUncounted } from '../../core/experiments-port.ts';
import type { Definitions } from './definitions.ts';
import { pause } from '../servers/persisting.ts';

/** How often the API that folds reactions goes on with it. */
const FOLD_MS = 2_000;

/** How long nothing is written by whoever folds before another API does it: more than twice how often it writes. */
const TAKEN_OVER_MS = 12_000;

/** How long whoever asks for figures waits for reactions that are not folded yet; past it they are told as incomplete. */
const LOOK_MS = 1_000;

/** How long whoever asks for figures waits in all; past it they are UNAVAILABLE. */
const TELL_MS = 8_000;

/** What counting in the cluster needs. */
export interface FeedbackDeps extends Omit<ReactionFoldDeps, 'record' | 'runs' | 'onCounted'> {
  /** Names this process: no other one ever had the name. */
  readonly api: string;
  readonly answers: KeptRecord<KeptAnswers>;
  readonly reactions: KeptRecord<KeptReactions>;
  readonly definitions: Definitions;
  /** The versions that arms may name, and what of them can't answer now. */
  readonly arms: { readonly versions: VersionsOfArms; readonly whyUncounted: WhyUncounted };
  /** Unix milliseconds. */
  readonly wallClock: () => number;
  readonly logger: Pick<Logger, 'warn'>;
  /** Aborts when the process ends. */
  readonly signal: AbortSignal;
  /** Told of every answer and reaction that is counted by this process. */
  readonly onCounted: (what: 'impression' | Reaction['polarity'], under: CountedUnder) => void;
}

/** What all APIs counted. */
interface Looked {
  readonly sinceMs: number;
  readonly isComplete: boolean;
  readonly counts: AnswerCounts;
}

/**
 * Counts the answers of an API and what becomes of those of all. Each API adds the answers that it gave to one record;
 * one of them folds reactions from the journal into another, and any other goes on where it stops.
 */
export class ClusterFeedback implements ClickThroughPort {
  readonly experiments: ExperimentsPort;
  readonly #deps: FeedbackDeps;
  readonly #answers: SummedAnswers;
  readonly #fold: ReactionFold;
  /** What all counted, as it was looked at last. */
  #told: AnswerCounts | undefined;
  /** The revision of reactions that another API wrote, and since when it stands. */
  #standing = { revision: -1, sinceMs: 0 };
  readonly #turns = new OneAtATime();
  /** A look that has not begun: whoever asks before it does shares it. */
  #next: Promise<Looked> | undefined;

  private constructor(deps: FeedbackDeps, answers: SummedAnswers, fold: ReactionFold) {
    this.#deps = deps;
    this.#answers = answers;
    this.#fold = fold;
    this.experiments = this.#experimentsPort();
  }

  /** Reads what was counted so far. */
  static async open(deps: FeedbackDeps): Promise<ClusterFeedback> {
    const { definitions, reactions, onCounted, answers: record, wallClock } = deps;
    const known = (): typeof definitions.experiments.value => definitions.experiments.value;
    const runs = async (): ReturnType<ReactionFoldDeps['runs']> => {
      await definitions.experiments.refresh();
      return known();
    };
    const answers = await SummedAnswers.open({ ...deps, record, known, runs, clock: wallClock });
    const fold = new ReactionFold({
      ...{ ...deps, record: reactions, runs },
      onCounted: ({ polarity, facts: { version, label } }) => {
        onCounted(polarity, { model: version, scenario: label?.scenario ?? '' });
      },
    });
    return new ClusterFeedback(deps, answers, fold);
  }

  /** Queries that answer the same, and count their answers. */
  watchQueries(queries: QueriesPort): QueriesPort {
    return {
      ...queries,
      recommend: async (query) => {
        const answer = await queries.recommend(query);
        const { user } = query;
        const label = countedLabel(query.label, answer);
        const { model } = answer;
        this.#answers.given({ model, label, user });
        this.#deps.onCounted('impression', { model, scenario: label?.scenario ?? '' });
        return answer;
      },
    };
  }

  /** What all APIs counted: every reaction up to now, and every answer but the newest of the others. */
  async tell(): Promise<ClickThroughAnswer> {
    const { sinceMs, isComplete, counts } = await this.#look();
    return clickThroughAnswer({ sinceMs, isComplete, rows: counts.clickThrough.rows() });
  }

  /** Adds answers and folds reactions until the process ends. */
  async run(): Promise<void> {
    const { signal } = this.#deps;
    await Promise.all([
      this.#every(countsKeptMsMax, () => this.#answers.add()),
      this.#every(FOLD_MS, async () => {
        if (await this.#isOurs()) await this.#fold.fold(signal);
      }),
    ]);
  }

  /** Adds the answers that were not added yet; the signal has to have aborted, and no more be answered. */
  async close(): Promise<void> {
    await this.#answers.add().catch((error: unknown) => {
      this.#deps.logger.warn({ err: error }, 'the last answers could not be counted');
    });
  }

  async #every(ms: number, work: () => Promise<unknown>): Promise<void> {
    const { signal, logger } = this.#deps;
    let isAway = false;
    for (;;) {
      await pause(ms, signal);
      if (signal.aborted) return;
      try {
        await work();
        isAway = false;
      } catch (error) {
        // Nothing is lost by it while the process runs: answers wait, and reactions stand in the journal.
        if (!isAway) logger.warn({ err: error }, 'what became of answers waits to be counted');
        isAway = true;
      }
    }
  }

  /** Tells whether this process folds: it did last, nobody ever did, or whoever did has stopped. */
  async #isOurs(): Promise<boolean> {
    const { reactions, clock } = this.#deps;
    const revision = await reactions.revision();
    if (revision === 0 || revision === this.#fold.written) return true;
    if (revision !== this.#standing.revision) {
      this.#standing = { revision, sinceMs: clock() };
      return false;
    }
    return clock() - this.#standing.sinceMs >= TAKEN_OVER_MS;
  }

  #look(): Promise<Looked> {
    this.#next ??= this.#turns.do(() => {
      this.#next = undefined;
      return this.#lookNow();
    });
    const late = `MongoDB did not tell what became of answers within ${String(TELL_MS)} ms: try again`;
    return withinMs(TELL_MS, late, this.#next);
  }

  async #lookNow(): Promise<Looked> {
    const { definitions, markOf, wallClock, signal } = this.#deps;
    await this.#answers.add();
    const { isComplete, counts: reactions } = await this.#fold.look(LOOK_MS, signal);
    const { sinceMs, counts: answers } = await this.#answers.read();
    const runs = definitions.experiments.value;
    const counts = new AnswerCounts(markOf, armNames(runs), ofRuns(answers, runs));
    counts.addReactions(reactions);
    this.#told = counts;
    return { sinceMs: sinceMs === 0 ? Math.floor(wallClock()) : sinceMs, isComplete, counts };
  }

  /** Experiments with the figures of all APIs, looked at before each is told. */
  #experimentsPort(): ExperimentsPort {
    const { definitions, wallClock, arms } = this.#deps;
    const { versions, whyUncounted } = arms;
    const experiments = new Experiments({
      records: definitions.experiments,
      ...{ clock: wallClock, versions },
      // What is counted follows from what experiments there are.
      counts: {
        begin: () => undefined,
        end: () => undefined,
        trials: (experiment) => this.#told?.trials(experiment),
      },
      onChange: () => undefined,
      knowsScenario: (scenario) => definitions.scenarios.get(scenario) !== undefined,
    });
    const port = experimentsPort(experiments, whyUncounted);
    const looked = async <T>(ask: () => T | Promise<T>): Promise<T> => {
      await this.#look();
      return ask();
    };
    return {
      list: () => looked(() => port.list()),
      get: (name) => looked(() => port.get(name)),
      async put(name, wish) {
        await definitions.scenarios.refresh();
        return looked(() => port.put(name, wish));
      },
      remove: (name) => looked(() => port.remove(name)),
      assign: (name, user) => port.assign(name, user),
    };
  }
}

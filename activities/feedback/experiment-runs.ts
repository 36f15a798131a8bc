import type { AnswerCountsState } from '../../projections/answer-counts.ts';
import type { ExperimentRecord } from './experiment-record.ts';

/** Names one run of an experiment: one that ended and begins again under its name is another. */
export function runName({ experiment, startedMs }: ExperimentRecord): string {
  return `${experiment}@${String(startedMs)}`;
}

/** Counts as they are kept for several processes: trials stand under the names of their runs. Others are dropped. */
export function underRuns(
  { clickThrough, trials }: AnswerCountsState,
  runs: Iterable<ExperimentRecord>,
): AnswerCountsState {
  return { clickThrough, trials: renamed(trials, runs, ({ experiment }) => experiment, runName) };
}

/** Counts as they are counted on with: trials stand under the names of their experiments. Those that ended are dropped. */
export function ofRuns(
  { clickThrough, trials }: AnswerCountsState,
  runs: Iterable<ExperimentRecord>,
): AnswerCountsState {
  return { clickThrough, trials: renamed(trials, runs, runName, ({ experiment }) => experiment) };
}

function renamed(
  trials: AnswerCountsState['trials'],
  runs: Iterable<ExperimentRecord>,
  from: (run: ExperimentRecord) => string,
  to: (run: ExperimentRecord) => string,
): AnswerCountsState['trials'] {
  const found = Array.from(runs, (run) => [to(run), trials[from(run)]] as const);
  return Object.fromEntries(
    found.flatMap(([name, state]) => (state === undefined ? [] : [[name, state] as const])),
  );
}

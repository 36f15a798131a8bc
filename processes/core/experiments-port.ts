import { versionsOf } from '../../activities/feedback/experiment-record.ts';
import type { ExperimentFigures, Experiments } from '../../activities/feedback/experiments.ts';
import type { ExperimentsPort } from '../../api/feedback-ports.ts';
import type { ExperimentAnswer } from '../../api/schema/experiments.ts';

/** Tells why answers are counted to no arm where arms name these versions; undefined where they are counted. */
export type WhyUncounted = (versions: readonly string[]) => string | undefined;

/** Experiments as the API asks for them. */
export function experimentsPort(
  experiments: Experiments,
  whyUncounted: WhyUncounted,
): ExperimentsPort {
  const answered = (figures: ExperimentFigures): ExperimentAnswer =>
    answerOf(figures, whyUncounted(versionsOf([figures.record])));
  const toldOf = (figures: ExperimentFigures | undefined): ExperimentAnswer | undefined =>
    figures && answered(figures);
  return {
    list: () => experiments.list().map(answered),
    get: (name) => toldOf(experiments.get(name)),
    put: async (name, { arms, effect }) => {
      const wanted = arms.map(({ scenario, version, ...arm }) => ({
        ...arm,
        ...(scenario !== undefined && { scenario }),
        ...(version !== undefined && { version }),
      }));
      return answered(await experiments.put(name, { arms: wanted, effect }));
    },
    remove: async (name) => toldOf(await experiments.remove(name)),
    assign: (name, user) => experiments.assign(name, user),
  };
}

function answerOf(
  { record, isFull, arms }: ExperimentFigures,
  uncounted: string | undefined,
): ExperimentAnswer {
  const { experiment, effect, startedMs } = record;
  return {
    ...{ experiment, effect, startedAt: new Date(startedMs).toISOString(), full: isFull },
    uncounted: uncounted ?? null,
    arms: arms.map(
      ({ scenario = null, version = null, rate = null, comparison = null, ...arm }) => ({
        ...arm,
        ...{ scenario, version, rate, comparison },
      }),
    ),
  };
}

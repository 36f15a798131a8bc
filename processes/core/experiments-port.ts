import type { ExperimentFigures, Experiments } from '../../activities/experiments.ts';
import type { ExperimentsPort } from '../../api/feedback-ports.ts';
import type { ExperimentAnswer } from '../../api/schema/experiments.ts';

/** Experiments as the API asks for them. */
export function experimentsPort(experiments: Experiments): ExperimentsPort {
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

function toldOf(figures: ExperimentFigures | undefined): ExperimentAnswer | undefined {
  return figures && answered(figures);
}

function answered({ record, isFull, arms }: ExperimentFigures): ExperimentAnswer {
  const { experiment, effect, startedMs } = record;
  return {
    ...{ experiment, effect, startedAt: new Date(startedMs).toISOString(), full: isFull },
    arms: arms.map(
      ({ scenario = null, version = null, rate = null, comparison = null, ...arm }) => ({
        ...arm,
        ...{ scenario, version, rate, comparison },
      }),
    ),
  };
}

import { createSecretKey } from 'node:crypto';
import { FactHistory } from '../../activities/fact-history.ts';
import { TimeTravel } from '../../activities/time-travel.ts';
import type { PastAnswer } from '../../activities/time-travel.ts';
import { TravelBuilder } from '../../activities/travel-builder.ts';
import { TravelJobs } from '../../activities/travel-jobs.ts';
import type { TravelJob } from '../../activities/travel-jobs.ts';
import type { PastAnswer as ToldAnswer, TravelPort } from '../../api/deps.ts';
import type { TravelAnswer } from '../../api/schema/travels.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../projections/bounds.ts';
import { ServingState } from '../../projections/serving-state.ts';
import type { CoreParts } from './core-parts.ts';
import { FIRST_VERSION } from './first-version.ts';
import type { Learning, Ways } from './learning.ts';
import { yieldNow } from './yield-now.ts';

/** Time travel as the API asks for it. */
export function travelPort(travel: TimeTravel): TravelPort {
  return {
    recommend: async (query) => told(await travel.recommend(query)),
    describe: (id) => {
      const job = travel.find(id);
      return job && travelAnswer(job);
    },
  };
}

function told<T>(past: PastAnswer<T>): ToldAnswer<T> {
  return 'answer' in past ? past : { travel: travelAnswer(past.travel) };
}

function travelAnswer(job: TravelJob): TravelAnswer {
  const { id, state, position, progress, failure, url } = job;
  return {
    ...{ travelId: id, state, position, progress, poll: `/v1/travels/${id}` },
    ...(url !== undefined && { url }),
    ...(failure !== undefined && { failure }),
  };
}

/** What time travel is put together from. */
type TravelParts = Learning & Ways & Pick<CoreParts, 'stores' | 'durable' | 'ending'>;

/** Makes time travel over a core's journal, versions and checkpoints; it serves nothing that is live. */
export function createTimeTravel(parts: TravelParts): TimeTravel {
  const { stores, registry, checkpoints, maker, clock, config, kernels, ending } = parts;
  const { durable, logger } = parts;
  const { journal, identities, folder } = stores;
  const histories = Array.from(
    { length: journal.partitions },
    (_, partition) => new FactHistory({ journal, yieldNow }, partition),
  );
  const history = (partition: number): FactHistory => {
    const known = histories[partition];
    if (known === undefined) throw new RangeError(`no partition ${String(partition)}`);
    return known;
  };
  const builder = new TravelBuilder({
    ...{ journal, registry, checkpoints, maker, history, yieldNow, clock },
    sliceMsMax: config.sliceMsMax,
    newServing: () =>
      new ServingState({
        partitions: journal.partitions,
        kernels,
        bounds: { ...DEFAULT_PROJECTION_BOUNDS, exactScanItemsMax: Infinity },
        // Nobody waits for a state that stands still.
        schedule: () => () => undefined,
      }),
  });
  return new TimeTravel({
    ...{ journal, builder, history, identities, yieldNow },
    jobs: new TravelJobs(ending.signal),
    partitionOf: (user) => partitionOf(user, journal.partitions),
    firstVersion: () => Promise.resolve(FIRST_VERSION),
    signingKey: createSecretKey(folder.signingKey),
    waitMsMax: config.timeTravelWaitMsMax,
    show: ({ id, position }, version) =>
      durable
        .showTravel({ id, positions: position, ...(version !== undefined && { version }) })
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'a time travel is not shown as a workflow');
          return undefined;
        }),
  });
}

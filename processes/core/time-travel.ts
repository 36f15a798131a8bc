import type { KeyObject } from 'node:crypto';
import { AnswerProofs } from '../../activities/past/answer-proof.ts';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { MergeStore } from '../../activities/merges/merge-store.ts';
import { METRICS } from '../../activities/metrics.ts';
import { ExploredAnswers } from '../../activities/past/explored-answers.ts';
import { FactHistory } from '../../activities/replay/fact-history.ts';
import { TimeTravel } from '../../activities/past/time-travel.ts';
import { TravelBuilder } from '../../activities/past/travel-builder.ts';
import { TravelJobs } from '../../activities/past/travel-jobs.ts';
import { newestEvents, userHistoryReadsMax } from '../../activities/history/user-events.ts';
import type { RuntimeMaker } from '../../activities/versions/version-runtimes.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import { WhatIfs } from '../../activities/past/what-if.ts';
import { EVENT_AHEAD_MS_MAX } from '../../events/door.ts';
import type { Identity, IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { SURROGATE_BYTES, surrogateFromBytes, surrogateToBytes } from '../../events/surrogate.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../projections/bounds.ts';
import { answerReader } from '../../projections/recommendation-id.ts';
import { ServingState } from '../../projections/serving-state.ts';
import type { Logger } from '../logger.ts';
import type { Observation } from '../observe/observation.ts';
import type { DurableHost } from './durable-host.ts';
import { FIRST_VERSION } from './first-version.ts';
import { withRelease } from './lent-release.ts';
import { createRuntimeMaker } from './runtime-maker.ts';
import type { ApproximateSearch } from './search.ts';
import type { PastParts } from './travel-port.ts';
import { yieldNow } from './yield-now.ts';

/** What time travel is put together from, whichever profile keeps it. */
export interface PastDeps {
  readonly stores: { readonly journal: Journal; readonly identities: IdentityStore };
  readonly registry: Pick<VersionRegistry, 'get' | 'base'>;
  readonly checkpoints: Pick<CheckpointStore, 'newest' | 'list'>;
  /** The merges that were made, as far as they are kept; undefined where there is one partition only. */
  readonly keptMerges: Pick<MergeStore, 'read'> | undefined;
  readonly maker: RuntimeMaker;
  readonly kernels: KernelFactory;
  readonly search: Pick<ApproximateSearch, 'releases'>;
  /** Why faiss-node is off; undefined where it is there. */
  readonly faissUnavailable: string | undefined;
  readonly durable: Pick<DurableHost, 'showTravel'>;
  readonly observation: Pick<Observation, 'instruments'>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly config: {
    readonly sliceMsMax: number;
    readonly timeTravelWaitMsMax: number;
    readonly exactScanItemsMax?: number | undefined;
  };
  /** The key that answers were signed with. */
  readonly signingKey: KeyObject;
  /** Unix milliseconds with fractions. */
  readonly clock: () => number;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** Makes what answers the past over a journal, its versions and checkpoints; it serves nothing that is live. */
export function createPast(deps: PastDeps): PastParts {
  const { stores, registry, checkpoints, maker, clock, config, kernels, signal } = deps;
  const { durable, logger, search, observation, signingKey, keptMerges } = deps;
  const { journal, identities } = stores;
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
    merges: keptMerges,
    newServing: (exactScanItemsMax = Infinity) =>
      new ServingState({
        partitions: journal.partitions,
        kernels,
        bounds: { ...DEFAULT_PROJECTION_BOUNDS, exactScanItemsMax },
        // Nobody waits for a state that stands still.
        schedule: () => () => undefined,
      }),
  });
  const travel = new TimeTravel({
    ...{ journal, builder, history, identities, yieldNow, jobs: new TravelJobs(signal) },
    partitionOf: (user) => partitionOf(user, journal.partitions),
    firstVersion: () => Promise.resolve(FIRST_VERSION),
    signingKey,
    waitMsMax: config.timeTravelWaitMsMax,
    onState: (source) => observation.instruments.series(METRICS.pastStates, source)(1),
    show: ({ id, position }, version) =>
      durable
        .showTravel({ id, positions: position, ...(version !== undefined && { version }) })
        .catch((error: unknown) => {
          logger.warn({ err: error }, 'a time travel is not shown as a workflow');
          return undefined;
        }),
  });
  const proofs = new AnswerProofs({
    ...{ travel, journal, history, identities, registry, signingKey, yieldNow },
    exactScanItemsMax: config.exactScanItemsMax ?? DEFAULT_PROJECTION_BOUNDS.exactScanItemsMax,
    withRelease: (release, work) =>
      withRelease({ releases: search.releases, unavailable: deps.faissUnavailable }, release, work),
  });
  const whatIfs = new WhatIfs({
    ...{ travel, journal, identities, registry, clock },
    partitionOf: (user) => partitionOf(user, journal.partitions),
    makerWith: (guest) =>
      createRuntimeMaker({ kernels, identities: withGuest(identities, guest), journal, clock }),
    eventAheadMsMax: EVENT_AHEAD_MS_MAX,
  });
  const eventsOf: PastParts['eventsOf'] = async (user, positions, eventsMax) => {
    const own = partitionOf(user, journal.partitions);
    const at = positions.find(({ partition }) => partition === own);
    const identity = at && (await identities.find(user));
    if (at === undefined || identity === undefined) return [];
    const reach =
      eventsMax === undefined ? undefined : { eventsMax, readsMax: userHistoryReadsMax };
    return newestEvents(journal, at, surrogateToBytes(identity.surrogate), yieldNow, reach);
  };
  const factsOf = answerReader(signingKey);
  const explored = new ExploredAnswers({
    ...{ journal, identities, registry, proofs, factsOf, yieldNow },
  });
  return { travel, proofs, whatIfs, explored, eventsOf };
}

/** An identity store that knows one more, who is written nowhere. */
function withGuest(
  identities: Pick<IdentityStore, 'reveal'>,
  guest: Identity,
): Pick<IdentityStore, 'reveal'> {
  return {
    reveal: async (surrogates) =>
      (await identities.reveal(surrogates)).map((found, at) =>
        surrogateFromBytes(surrogates, at * SURROGATE_BYTES) === guest.surrogate ? guest : found,
      ),
  };
}

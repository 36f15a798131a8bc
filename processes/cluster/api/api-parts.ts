import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openAcknowledgements } from '../../../adapters/cluster/acknowledgements.ts';
import { openCheckpointWishes } from '../../../adapters/cluster/checkpoint-wishes.ts';
import { openDeltaReader } from '../../../adapters/cluster/redis/delta-stream.ts';
import { openIndexReleases } from '../../../adapters/cluster/index-releases.ts';
import { openItems } from '../../../adapters/cluster/items.ts';
import { openPopular } from '../../../adapters/cluster/popular.ts';
import type { RedisLink } from '../../../adapters/cluster/redis/redis.ts';
import { openToldMerges } from '../../../adapters/cluster/redis/told-merges.ts';
import type { ClusterTransport } from '../../../adapters/cluster/transport.ts';
import { openUsers } from '../../../adapters/cluster/users.ts';
import type { RepriseError } from '../../../events/error.ts';
import type { AcknowledgementFeed } from '../../../events/acknowledgements.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../../../model/settings.ts';
import type { ItemCatalogue } from '../../../projections/items.ts';
import { publishedItems, titleOf } from '../../../projections/items.ts';
import type { PopularStore } from '../../../projections/popular-store.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import type { UserStore } from '../../../projections/user-store.ts';
import { DurableHost } from '../../core/durable-host.ts';
import { INDEX_BUILD_INTERVAL_MS_MIN, IndexPacing } from '../../core/index-pacing.ts';
import { readNativeParts } from '../../core/native-parts.ts';
import { ApproximateSearch } from '../../core/search.ts';
import type { RuntimeMaker } from '../../../activities/versions/version-runtimes.ts';
import { createRuntimeMaker } from '../../core/runtime-maker.ts';
import { createServing } from '../../core/serving.ts';
import { Warnings } from '../../core/warnings.ts';
import { yieldNow } from '../../core/yield-now.ts';
import { heldBackfillOf } from './backfill-starts.ts';
import type { BackfillStartDeps } from './backfill-starts.ts';
import { createCheckpointStates } from '../checkpoint-states.ts';
import type { CheckpointTakingDeps } from '../checkpoint-taking.ts';
import type { Closers } from '../closers.ts';
import { openDefinitions } from './definitions.ts';
import type { Definitions } from './definitions.ts';
import type { ProcessWays } from '../frame.ts';
import { followAliases } from '../followed-aliases.ts';
import type { FollowedAliases } from '../followed-aliases.ts';
import { Freshness } from './freshness.ts';
import { openKafka } from '../servers/kafka.ts';
import { KnownIdentities } from './known-identities.ts';
import { need } from '../need.ts';
import { OffsetPlaces } from './offset-places.ts';
import { openMergeReading } from '../meeting.ts';
import { patiently } from '../servers/patience.ts';
import { patientJournal, patientMerges } from '../servers/patient-reads.ts';
import { pause, persist } from '../servers/persisting.ts';
import { connectRedis } from '../servers/redis-link.ts';
import { openRuntimes } from '../runtimes.ts';
import type { ClusterRuntimes } from '../runtimes.ts';
import { ServingFeed } from './serving-feed.ts';
import type { LearningDeps } from './serving-feed.ts';
import { openClusterStores } from '../stores.ts';
import type { ClusterStores } from '../stores.ts';
import { connectRuns } from '../servers/temporal-runs.ts';
import type { TemporalRuns } from '../servers/temporal-runs.ts';

/** Everything that an API of the cluster is put together from. */
export interface ApiParts extends ProcessWays, ClusterRuntimes {
  readonly stores: ClusterStores;
  readonly redis: RedisLink;
  readonly transport: ClusterTransport;
  readonly acknowledgements: AcknowledgementFeed;
  readonly catalogue: ItemCatalogue;
  readonly users: UserStore;
  readonly popular: PopularStore;
  readonly serving: ServingState;
  readonly feed: ServingFeed;
  readonly freshness: Freshness;
  readonly identities: KnownIdentities;
  readonly offsets: OffsetPlaces;
  /** What learners that answers read follow the journal with. */
  readonly following: Following;
  readonly taking: CheckpointTakingDeps;
  readonly search: ApproximateSearch;
  readonly durable: DurableHost;
  /** The connection of `durable`, once there is one. */
  readonly runs: () => TemporalRuns | undefined;
  readonly pacing: IndexPacing;
  readonly aliases: FollowedAliases;
  readonly warnings: Warnings;
  readonly definitions: Definitions;
  /** Unix milliseconds. */
  readonly clock: () => number;
  readonly startedMs: number;
  /** Where the journal ended at the start: answers that have it are ready. */
  readonly startHeads: readonly number[];
}

/** Opens what an API needs; servers that do not answer yet are waited for within the configured bound. */
export async function openApiParts(ways: ProcessWays, closers: Closers): Promise<ApiParts> {
  const { config, logger, signal } = ways;
  const clock = (): number => Date.now();
  const { dependencyWaitMsMax: waitMsMax } = config;
  const patiently = <T>(what: string, open: () => Promise<T>): Promise<T> =>
    persist(open, { logger, signal, waitMsMax, what });
  const stores = await patiently('open the stores', () =>
    openClusterStores({ config, logger, clock }),
  );
  closers.add(() => stores.close());
  const redis = await connectRedis(ways);
  closers.add(() => redis.close());
  const transport = await patiently('open the transport', () => openKafka(config, logger));
  closers.add(() => transport.close());
  const fold = { published: publishedItems, title: titleOf };
  const catalogue = await patiently('open the catalogue', () => openItems({ link: redis, fold }));
  closers.add(() => catalogue.close());
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const users = openUsers({ connection: stores.mongo, database });
  const definitions = await patiently('read what is defined', () =>
    openDefinitions({ connection: stores.mongo, database, clock }),
  );
  const halfLifeMs = DEFAULT_LEARNER_SETTINGS.popularityHalfLifeMs;
  const popular = openPopular({ link: redis, halfLifeMs });
  const runtimes = await openRuntimes(stores, redis, ways);
  const read = openReadSide({ ...ways, stores, redis, clock, runtimes }, closers);
  return {
    ...{
      ...ways,
      ...runtimes,
      ...read,
      stores,
      redis,
      transport,
      catalogue,
      users,
      popular,
      definitions,
      clock,
    },
    acknowledgements: openAcknowledgements(redis),
    offsets: new OffsetPlaces({
      ...{ journal: stores.journal, clock, afterWaitMsMax: config.afterWaitMsMax },
      sleep: (ms) => pause(ms, signal),
    }),
    startedMs: clock(),
    startHeads: stores.journal.status().heads,
  };
}

interface ReadSideWays extends ProcessWays {
  readonly stores: ClusterStores;
  readonly redis: RedisLink;
  readonly runtimes: ClusterRuntimes;
  readonly clock: () => number;
}

type ReadSide = Pick<
  ApiParts,
  | 'serving'
  | 'feed'
  | 'freshness'
  | 'identities'
  | 'following'
  | 'taking'
  | 'search'
  | 'durable'
  | 'runs'
  | 'pacing'
  | 'aliases'
  | 'warnings'
>;

/** Makes the read side, what feeds it, and what starts index builds when it asks for one. */
function openReadSide(ways: ReadSideWays, closers: Closers): ReadSide {
  const { config, logger, stores, redis, clock, runtimes, observation } = ways;
  const { journal, registry, checkpoints, heldCheckpoints: beside } = stores;
  const warnings = new Warnings(clock);
  const aliases = followAliases(ways);
  const { durable, runs, pacing } = openRuns(
    ways,
    { aliases, warnings, live: () => liveVersion(serving) },
    closers,
  );
  const serving = createServing(
    runtimes.kernels,
    config.partitions,
    config,
    (release, overlayItems) => {
      logger.info({ release, overlayItems }, 'many items changed since the index release');
      pacing.due();
    },
  );
  const reader = openDeltaReader(redis, {
    onTrouble: (partition, error) => {
      logger.warn({ partition, err: error }, 'deltas cannot be read');
      warnings.add(`deltas of partition ${String(partition)} could not be read: ${error.message}`);
    },
  });
  closers.add(() => reader.close());
  const wishes = openCheckpointWishes(redis);
  const states = { checkpoints, registry, maker: runtimes.maker };
  const shared = { clock, sleep: pause, logger };
  const following = followingOf(ways);
  const feed = new ServingFeed({
    ...{ ...shared, serving, reader, wishes, yieldNow },
    onApplied: observation.applied,
    states: createCheckpointStates({ checkpoints, beside, registry, maker: following.maker }),
    learning: following.learning,
  });
  const identities = new KnownIdentities({ store: stores.identities, clock });
  const freshness = new Freshness({
    ...{ ...shared, serving, journal, feed, identities },
    answeredMsAgo: (partition) => reader.freshness(partition)?.answeredMsAgo,
  });
  const search = openSearch(ways, serving, warnings);
  closers.add(() => search.close());
  const taking = { ...states, ...shared, wishes };
  return {
    ...{ serving, feed, freshness, identities, taking, search, durable, runs, pacing, warnings },
    ...{ aliases, following },
  };
}

/** Learners that follow the journal in a process that moves no partition. */
export interface Following {
  readonly maker: RuntimeMaker;
  readonly learning: LearningDeps;
}

/** What answers read where they read learners: these wait outages out, as a worker's do. */
function followingOf({ config, logger, signal, stores, runtimes, redis }: ReadSideWays): Following {
  const { journal, identities } = stores;
  const onTrouble = (error: RepriseError): void => {
    logger.warn({ err: error }, 'a learner waits for what does not answer');
  };
  const patience = { signal, onTrouble };
  // Fractions, for slices are measured by it.
  const clock = (): number => performance.timeOrigin + performance.now();
  const maker = createRuntimeMaker({
    ...{ kernels: runtimes.kernels, clock },
    identities: {
      reveal: (surrogates) => patiently(patience, () => identities.reveal(surrogates)),
    },
    journal: { isErased: (surrogate) => patiently(patience, () => journal.isErased(surrogate)) },
  });
  const merges = openMergeReading({ stores, clock, logger, told: openToldMerges(redis) });
  return {
    maker,
    learning: {
      ...{ journal: patientJournal(journal, patience), clock, sliceMsMax: config.sliceMsMax },
      ...(merges && { merges: patientMerges(merges, patience) }),
    },
  };
}

/** The version that serves; undefined before there is a state. */
export function liveVersion(serving: ServingState): string | undefined {
  return serving.isReady ? serving.partition(0).version : undefined;
}

function openSearch(
  { config, stores, logger, clock }: ReadSideWays,
  serving: ServingState,
  warnings: Warnings,
): ApproximateSearch {
  const releases = openIndexReleases({
    ...{ objects: stores.objects, random: randomBytes, clock },
    folder: join(config.scratchFolder, 'indexes'),
  });
  const { unavailable } = readNativeParts().faiss;
  return new ApproximateSearch({ releases, unavailable, serving, logger, warnings });
}

function openRuns(
  { config, stores, logger, clock, signal }: ReadSideWays,
  {
    aliases,
    live,
    warnings,
  }: Pick<BackfillStartDeps, 'aliases' | 'live'> & { readonly warnings: Warnings },
  closers: Closers,
): Pick<ApiParts, 'durable' | 'runs' | 'pacing'> {
  let connected: TemporalRuns | undefined;
  const durable = new DurableHost('eager', undefined, async () => {
    connected = await connectRuns({
      ...{ config, clock, registry: stores.registry, live },
      backfillOf: (request, building) =>
        heldBackfillOf({ stores, signal, live, aliases, building }, request),
      onUnscheduled: (error) => {
        logger.error({ err: error }, 'the schedules could not be set');
        const reason = error instanceof Error ? error.message : String(error);
        warnings.add(`the schedules are not what the configuration says: ${reason}`);
      },
    });
    return connected;
  });
  closers.add(() => durable.close());
  const pacing = new IndexPacing({
    clock,
    buildIntervalMsMin: INDEX_BUILD_INTERVAL_MS_MIN,
    build: async () => connected?.buildDue(),
    onError: (error) => {
      logger.info({ err: error }, 'an index build is due and was not started here');
    },
  });
  closers.add(async () => {
    pacing.close();
    return Promise.resolve();
  });
  return { durable, runs: () => connected, pacing };
}

import { createSecretKey, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { ArmVersions } from '../activities/versions/arm-versions.ts';
import { METRICS } from '../activities/metrics.ts';
import { openIndexReleases } from '../adapters/embedded/index-releases.ts';
import { openKeptRecord } from '../adapters/embedded/kept-record.ts';
import { createDoor } from '../events/door.ts';
import type { EventDoor } from '../events/door.ts';
import { followItems } from '../projections/items.ts';
import { answerReader } from '../projections/recommendation-id.ts';
import { readConfig } from './config.ts';
import type { Config } from './config.ts';
import type { LearnerName } from './config/learner.ts';
import { RELEASE } from './config/release.ts';
import { followAliases } from './core/alias-following.ts';
import { apiKeysPath } from './access/api-keys-file.ts';
import { dayQuotaPath } from './access/day-quota.ts';
import { serveApi } from './core/api-host.ts';
import type { ApiPlaces, PublicPlace, SpacePlace } from './core/api-host.ts';
import type { CoreParts } from './core/core-parts.ts';
import { DurableHost } from './core/durable-host.ts';
import type { DurableWish } from './core/durable-host.ts';
import { INDEX_BUILD_INTERVAL_MS_MIN, IndexPacing } from './core/index-pacing.ts';
import { openLeavingOut } from './core/leaving-out.ts';
import { openLearning } from './core/learning.ts';
import type { Learning, Ways } from './core/learning.ts';
import { recoverLive } from './core/live-partitions.ts';
import { startBarriers } from './core/merges.ts';
import { readNativeParts } from './core/native-parts.ts';
import { Promotions } from './core/promotions.ts';
import { ReactionHost } from './core/reaction-host.ts';
import { readScenarios, Scenarios } from './core/scenarios.ts';
import { untilReady } from './core/readiness.ts';
import { ApproximateSearch } from './core/search.ts';
import { createServing } from './core/serving.ts';
import { startShadowKeeping } from './core/shadow-keeping.ts';
import { openStores } from './core/stores.ts';
import type { Stores } from './core/stores.ts';
import { createPast } from './core/time-travel.ts';
import { VerificationHost } from './core/verification-host.ts';
import { Warnings } from './core/warnings.ts';
import { yieldNow } from './core/yield-now.ts';
import { startDurable } from './durable.ts';
import { createLogger } from './logger.ts';
import { Spaces } from './spaces/spaces.ts';
import type { Logger } from './logger.ts';
import { measureCore } from './observe/core-stand.ts';
import { MeteredChainedJournal } from './observe/metered-chained-journal.ts';
import { openObservation } from './observe/observation.ts';
import type { Observation } from './observe/observation.ts';

/** How to start a core. */
export interface CoreOptions {
  readonly data: string;
  /** Where the API listens for others than the owner; without it there is the private socket alone. */
  readonly listen?: PublicPlace | SpacePlace;
  /** Partitions of a data folder that is made by this; an old one keeps its number. */
  readonly partitions?: number | undefined;
  /** The learner of a data folder that is made by this, the configuration's where absent. */
  readonly learner?: LearnerName | undefined;
  readonly durable: DurableWish;
  readonly config?: Config;
  readonly logger?: Logger;
}

/** A core that runs: the embedded profile's one process. */
export interface Core {
  /** The public API, where it listens. */
  readonly url: string | undefined;
  readonly socketPath: string;
  /** Resolves when answers include what stood in the journal at the start; throws what stopped a partition. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a core on a data folder: recovers, follows, serves; durable workflows come up beside it. */
export async function startCore(options: CoreOptions): Promise<Core> {
  const config = options.config ?? readConfig(process.env);
  const logger = options.logger ?? createLogger(config.logLevel);
  // Wall clock with fractions: slices are measured in parts of a millisecond.
  const clock = (): number => performance.timeOrigin + performance.now();
  const warnings = new Warnings(clock);
  const { partitions, learner = config.learner } = options;
  const observation = await openObservation({ config, logger, clock, release: RELEASE });
  const wanted = { data: options.data, partitions, learner };
  const stores = await openMeteredStores(wanted, observation).catch(async (error: unknown) => {
    await observation.close();
    throw error;
  });
  try {
    const ways = { config, logger, warnings, clock, observation };
    const parts = await assemble(stores, ways, options.durable);
    const places = placesOf(options, config, stores);
    const spaces = spacesOf({ ...options, config }, places, ways, stores.folder.path);
    const api = await serveApi(parts, { ...places, spaces }).catch(async (error: unknown) => {
      await closeParts(parts);
      throw error;
    });
    spaces?.start();
    return {
      url: api.url,
      socketPath: stores.folder.socketPath,
      ready: () => untilReady(parts),
      async close() {
        // What was handed over is answered by the spaces, which let it finish as this core does.
        await Promise.all([api.close(), spaces?.close()]);
        await closeParts(parts);
        await stores.close();
        await observation.close();
      },
    };
  } catch (error) {
    await stores.close();
    await observation.close();
    throw error;
  }
}

/** Opens the stores of a data folder; what is appended is measured. */
async function openMeteredStores(
  { data, ...wanted }: Parameters<typeof openStores>[1] & Pick<CoreOptions, 'data'>,
  { instruments, clock, appended }: Observation,
): Promise<Stores> {
  const bytes = instruments.series(METRICS.appendedBytes);
  const stores = await openStores(data, wanted, () => Math.floor(clock()), bytes);
  const appends = instruments.series(METRICS.appends);
  return {
    ...stores,
    journal: new MeteredChainedJournal(stores.journal, { appends, appended, clock }),
  };
}

async function assemble(stores: Stores, ways: Ways, wish: DurableWish): Promise<CoreParts> {
  const { folder, journal } = stores;
  const { config, logger, warnings, clock } = ways;
  const native = readNativeParts();
  const learning = await openLearning(stores, ways);
  const serving = createServing(
    learning.kernels,
    journal.partitions,
    config,
    (release, overlayItems) => {
      logger.info({ release, overlayItems }, 'many items changed since the index release');
      pacing.due();
    },
  );
  const { live } = learning;
  await recoverLive({ ...ways, ...learning, journal, serving });
  const search = new ApproximateSearch({
    releases: openIndexReleases(folder.partPath('indexes')),
    unavailable: native.faiss.unavailable,
    serving,
    logger,
    warnings,
  });
  const factsOf = answerReader(createSecretKey(folder.signingKey));
  const door = doorOf(stores, clock, factsOf);
  const ending = new AbortController();
  const scenarios = await openScenarios(folder.path, clock);
  const reactions = await ReactionHost.open({
    ...{ ...ways, stores, factsOf, ending, scenarios, arms: learning.arms },
    versionsOfArms: new ArmVersions({ ...learning, live: serving }),
  });
  const durable = new DurableHost(wish, native.temporal.unavailable, () => startDurable(parts));
  const pacing = pacingOf(durable, ways);
  const book = followAliases({ ...ways, ...learning, stores, signal: ending.signal });
  const made = {
    ...ways,
    ...learning,
    ...{ stores, native, serving, search, door, durable, pacing, book },
    ...{ ending, reactions, scenarios },
  };
  const leavingOut = await openLeavingOut(made);
  const parts: CoreParts = {
    ...made,
    ...leavingOut,
    promotions: new Promotions({ ...made, journal, sleep }),
    verifications: new VerificationHost({ ...made, ...leavingOut }),
    past: pastOf(made),
    startedMs: clock(),
    startHeads: journal.status().heads,
  };
  measureCore(parts);
  for (const one of live) one.start();
  startBarriers(parts);
  startShadowKeeping(parts);
  followCatalogue(parts);
  void search.useNewest(live[0]?.runtime.definition.version ?? '');
  durable.begin();
  await parts.erasures.resume();
  await parts.quarantines.resume();
  return parts;
}

function openScenarios(folder: string, clock: () => number): Promise<Scenarios> {
  const path = join(folder, 'scenarios.json');
  return Scenarios.open(openKeptRecord({ path, parse: readScenarios }), clock);
}

/** Keeps the catalogue of items up with the journal until the core ends. */
function followCatalogue({ stores, ending, logger, warnings }: CoreParts): void {
  const { journal, catalogue } = stores;
  const { signal } = ending;
  followItems(journal, catalogue, { live: true, signal }).catch((error: unknown) => {
    if (signal.aborted) return;
    logger.error({ err: error }, 'the item catalogue has stopped');
    const reason = error instanceof Error ? error.message : String(error);
    warnings.add(`the item catalogue has stopped, so titles are not up to date: ${reason}`);
  });
}

/** When index builds are due. */
function pacingOf(durable: DurableHost, { clock, logger }: Ways): IndexPacing {
  return new IndexPacing({
    clock,
    buildIntervalMsMin: INDEX_BUILD_INTERVAL_MS_MIN,
    build: () => durable.startIndexBuild({}),
    onError: (error) => {
      logger.warn({ err: error }, 'an index build is due and could not be started');
    },
  });
}

/** The way in for events; an answer that they react to has to be ours. */
function doorOf(
  { folder, journal, identities }: Stores,
  clock: () => number,
  factsOf: ReturnType<typeof answerReader>,
): EventDoor {
  return createDoor({
    ...{ journal, identities, types: folder.manifest.types, random: randomBytes, yieldNow },
    clock: () => Math.floor(clock()),
    isAnswer: (id) => factsOf(id) !== undefined,
  });
}

function pastOf(
  made: Learning & Ways & Pick<CoreParts, 'stores' | 'native' | 'search' | 'durable' | 'ending'>,
): CoreParts['past'] {
  const { stores, merges, native, ending } = made;
  return createPast({
    ...made,
    keptMerges: stores.journal.partitions > 1 ? merges.store : undefined,
    faissUnavailable: native.faiss.unavailable,
    signingKey: createSecretKey(stores.folder.signingKey),
    signal: ending.signal,
  });
}

async function closeParts(parts: CoreParts): Promise<void> {
  parts.ending.abort();
  parts.pacing.close();
  await parts.past.travel.close();
  await parts.reactions.close();
  parts.merges.exchange.close();
  await parts.durable.close();
  await parts.erasures.close();
  await parts.quarantines.close();
  await parts.search.close();
  // As with the live state: it only makes the next start quick.
  await parts.keeping.look('all').catch((error: unknown) => {
    parts.logger.warn({ err: error }, 'versions beside the live one were not kept at the end');
  });
  await parts.shadows.close();
  for (const one of parts.live) {
    // What was learned since the last checkpoint is in the journal; keeping it only makes the next start quick.
    await one.checkpoint().catch((error: unknown) => {
      parts.logger.warn({ err: error }, 'no checkpoint was taken at the end');
    });
    await one.close();
  }
}

function placesOf(options: CoreOptions, config: Config, { folder }: Stores): ApiPlaces {
  const { apiKey, keysFile, requestsPerSecondMax } = config;
  return {
    socketPath: folder.socketPath,
    public: options.listen,
    keys: {
      path: keysFile ?? apiKeysPath(folder.path),
      isFileNeeded: keysFile !== undefined,
      adminKey: apiKey,
    },
    requestsPerSecondMax,
    quotaPath: dayQuotaPath(folder.path),
  };
}

/** The spaces that are run beside this one, where others than the owner can call them. */
function spacesOf(
  { listen, config }: CoreOptions,
  { keys }: ApiPlaces,
  { clock, logger }: Ways,
  data: string,
): Spaces | undefined {
  const names = config?.spaces ?? [];
  const keysPath = keys.path;
  if (names.length === 0 || keysPath === undefined) return undefined;
  if (listen === undefined || 'space' in listen) return undefined;
  return new Spaces({ names, data, keysPath, env: process.env, clock, logger });
}

async function sleep(ms: number): Promise<void> {
  await wait(ms);
}

import { setMaxListeners } from 'node:events';
import { randomUUID } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { openDayCounts } from '../../adapters/cluster/day-counts.ts';
import { openObservedPlaces } from '../../adapters/cluster/observed-places.ts';
import { createApp } from '../../api/app.ts';
import type { Access, ApiDeps, MaintenancePort } from '../../api/deps.ts';
import { listen } from '../../api/server.ts';
import type { Listening } from '../../api/server.ts';
import type { AcknowledgementFeed } from '../../events/acknowledgements.ts';
import { partitionOf } from '../../events/partition-of.ts';
import type { SendingEventDoor } from '../../events/sending-door.ts';
import { followItems } from '../../projections/items.ts';
import { Queries } from '../../projections/queries.ts';
import { ShownItems } from '../../projections/rules/shown-items.ts';
import { answerReader } from '../../projections/recommendation-id.ts';
import { LiveKeys } from '../access/live-keys.ts';
import { optionalLimit } from '../access/request-limit.ts';
import { ClusterDayQuota } from '../access/cluster-day-quota.ts';
import { activityOf } from '../core/activity.ts';
import { countServed } from '../core/counts.ts';
import { LiveFigures } from '../core/live-figures.ts';
import { FreshnessWindow } from '../core/freshness-window.ts';
import { recall10Of } from '../core/prequential-metrics.ts';
import { yieldNow } from '../core/yield-now.ts';
import { readPage } from '../page-files.ts';
import { ApiHealth, watchedBy } from './api/api-health.ts';
import { openApiArms } from './api/api-arms.ts';
import type { ApiArms } from './api/api-arms.ts';
import { versionPorts } from './api/api-versions.ts';
import { openToldMarks } from '../../adapters/cluster/told-marks.ts';
import { createApiMaintenance } from './api/api-maintenance.ts';
import { liveVersion, openApiParts } from './api/api-parts.ts';
import type { ApiParts } from './api/api-parts.ts';
import { hearBlocks } from './block-hearing.ts';
import { meteredDoor, meteredSearcher } from '../observe/metered-ports.ts';
import { Closers } from './closers.ts';
import { followDefinitions } from './api/definitions.ts';
import { DependencyWatch } from './api/dependency-watch.ts';
import type { ClusterFeedback } from './api/feedback.ts';
import { openFeedback } from './api/feedback-parts.ts';
import { openClusterErasing } from './api/erasing.ts';
import type { ClusterErasing } from './api/erasing.ts';
import type { ProcessWays, RunningProcess } from './frame.ts';
import { clusterPrequential } from './observed-telling.ts';
import { markedQueries } from './api/marked-queries.ts';
import { need } from './need.ts';
import { openClusterExport, openPast } from './api/past.ts';
import { pause, persist } from './servers/persisting.ts';
import { openClusterQuarantining } from './api/quarantining.ts';
import type { ClusterQuarantining } from './api/quarantining.ts';
import { RebuildAsking } from './api/rebuild-asking.ts';
import { followReleases, searchStandOf } from './release-following.ts';
import { openSendingDoor } from './sending.ts';
import { signingKeyOf } from './api/signing-key.ts';

/** Who hears of the end: so many for each partition, and some more. */
const LISTENERS_A_PARTITION = 8;
const LISTENERS_SPARE = 64;

/** Starts an API of the cluster: it answers from a read side of its own, which shared checkpoints and deltas feed. */
export async function startClusterApi(ways: ProcessWays): Promise<RunningProcess> {
  const { logger, signal, config } = ways;
  setMaxListeners(LISTENERS_SPARE + LISTENERS_A_PARTITION * config.partitions, signal);
  const closers = new Closers();
  try {
    const parts = await openApiParts(ways, closers);
    const watch = new DependencyWatch(watchedBy(parts), {
      ...{ clock: parts.clock, sleep: pause },
      onChange: ({ name, where, up, why }) => {
        if (up) logger.info({ dependency: name, where }, 'a server is back');
        else logger.warn({ dependency: name, where, why }, 'a server does not answer');
      },
    });
    const health = new ApiHealth(parts, watch);
    const arms = openApiArms(parts);
    const feedback = await openFeedback(parts, arms);
    closers.add(() => feedback.close());
    const signingKey = signingKeyOf(need(config.signingKey, 'REPRISE_SIGNING_KEY').reveal());
    const door = openDoor(parts, answerReader(signingKey));
    const asking = { durable: parts.durable, clock: parts.clock, logger };
    const erasing = await openClusterErasing(
      parts,
      door,
      new RebuildAsking({ kind: 'erasure', ...asking }),
    );
    const quarantining = openClusterQuarantining(
      parts,
      door,
      new RebuildAsking({ kind: 'quarantine', ...asking }),
    );
    const answering = { health, arms, feedback, signingKey, door, erasing, quarantining };
    const listening = await listenPublicly(parts, answering, closers);
    closers.add(() => listening.close());
    parts.durable.begin();
    const ended = runAll(parts, watch, answering);
    return {
      awaited: () => health.awaited(),
      ended,
      close: () => closers.close(),
    };
  } catch (error) {
    await closers.close();
    throw error;
  }
}

/** What requests are answered with beside the parts. */
interface Answering {
  readonly health: ApiHealth;
  readonly arms: ApiArms;
  readonly feedback: ClusterFeedback;
  readonly signingKey: KeyObject;
  readonly door: SendingEventDoor;
  readonly erasing: ClusterErasing;
  readonly quarantining: ClusterQuarantining;
}

/** What an API does beside answering, until its signal aborts. */
async function runAll(
  parts: ApiParts,
  watch: DependencyWatch,
  { arms, feedback, erasing, quarantining }: Answering,
): Promise<void> {
  const { signal, feed, freshness, redis: link, logger } = parts;
  await Promise.all([
    feed.run(signal),
    freshness.run(signal),
    watch.run(signal),
    feedback.run(),
    arms.run(),
    erasing.run(),
    quarantining.run(),
    hearBlocks({ link, journal: parts.stores.journal, logger, signal }),
    parts.aliases.run(),
    followCatalogue(parts),
    followDefinitions(parts),
    followReleases({ ...parts, stand: () => searchStandOf(parts.serving) }),
  ]);
}

async function followCatalogue(parts: ApiParts): Promise<void> {
  const { stores, catalogue, logger, signal, warnings } = parts;
  const follow = (): Promise<void> =>
    followItems(stores.journal, catalogue, { live: true, signal });
  try {
    await persist(follow, { logger, signal, what: 'follow the catalogue' });
  } catch (error) {
    if (signal.aborted) return;
    // Recommendations go on without new titles.
    logger.error({ err: error }, 'the item catalogue has stopped');
    const reason = error instanceof Error ? error.message : String(error);
    warnings.add(`the item catalogue has stopped, so titles are not up to date: ${reason}`);
  }
}

async function listenPublicly(
  parts: ApiParts,
  answering: Answering,
  closers: Closers,
): Promise<Listening> {
  const { config, clock, logger } = parts;
  const { host, port, apiKey, keysFile, requestsPerSecondMax } = config;
  const keys = await LiveKeys.open({
    ...{ path: keysFile, isFileNeeded: true, adminKey: apiKey?.reveal(), clock, logger },
  });
  closers.add(() => {
    keys.close();
    return Promise.resolve();
  });
  const access: Access = keys.areAsked ? { kind: 'keys', keys } : { kind: 'loopback' };
  const requestLimit = optionalLimit(requestsPerSecondMax);
  const quota = new ClusterDayQuota({ counts: openDayCounts(parts.redis), clock, logger });
  const deps = withFigures(parts, apiDeps(parts, answering, closers));
  const app = createApp({ ...deps, access, requestLimit, quota });
  const listening = await listen(app, { host, port, keyed: keys.areAsked });
  const name = host.includes(':') ? `[${host}]` : host;
  process.stderr.write(`API        http://${name}:${String(listening.port)}\n`);
  return listening;
}

/** Adds the figures that the page follows; they are taken until the process ends. */
function withFigures(parts: ApiParts, deps: Omit<ApiDeps, 'access'>): Omit<ApiDeps, 'access'> {
  const { stores, serving, clock, logger, signal } = parts;
  const { prequential, door } = deps;
  const freshness = new FreshnessWindow({
    clock,
    waitFor: (positions) => serving.waitFor(positions),
  });
  const live = new LiveFigures({
    ...{ clock, freshness },
    heads: () => stores.journal.status().heads,
    position: (partition) => serving.position(partition),
    model: () => liveVersion(serving),
    counts: () => countServed(serving),
    recall10: async () =>
      prequential === undefined ? {} : recall10Of(await prequential.tell({ window: 1_000 })),
    onError: (error) => {
      logger.info({ err: error }, 'live figures could not be taken');
    },
  });
  live.start();
  signal.addEventListener('abort', () => {
    live.close();
  });
  return { ...deps, door: freshness.watch(door), live };
}

function apiDeps(parts: ApiParts, answering: Answering, closers: Closers): Omit<ApiDeps, 'access'> {
  const { stores, serving, catalogue, identities, search, freshness, config, logger } = parts;
  const { observation } = parts;
  const { health, arms, feedback, signingKey, door, erasing, quarantining } = answering;
  const past = openPast(parts, signingKey);
  closers.add(() => past.close());
  const queries = new Queries({
    ...{ serving, identities, catalogue, yieldNow },
    searcher: search.searcher && meteredSearcher(search.searcher, observation),
    partitionOf: (id) => partitionOf(id, config.partitions),
    shown: new ShownItems(stores.journal, yieldNow),
    signingKey,
  });
  const prequential = clusterPrequential(openObservedPlaces(parts.redis), config.prequentialShare);
  return {
    door: meteredDoor(door, observation, observation.appended),
    metrics: observation.metrics,
    watch: observation.requests,
    queries: feedback.watchQueries(
      markedQueries(queries, { freshness, identities, ...arms.queriesOf(queries) }),
    ),
    clickThrough: feedback,
    experiments: feedback.experiments,
    travel: past.travel,
    explored: past.explored,
    activity: activityOf({ ...stores, yieldNow }),
    // What is known of users while the store is away is not enough: an export asks it.
    userExport: { open: (user) => openClusterExport(parts, user) },
    offsets: parts.offsets,
    scenarios: parts.definitions.scenarios,
    prequential,
    ...versionPorts({ parts, prequential, door }),
    runs: parts.durable,
    schedules: parts.durable.schedules,
    erasures: erasing.port,
    quarantines: quarantining.port,
    maintenance: maintenanceOf(parts, erasing),
    health: {
      awaited: () => health.awaited(),
      dependencies: () => health.dependencies(),
      status: async () => ({ ...(await health.status()), ...erasing.status() }),
    },
    page: readPage(),
    logger,
    clock: parts.clock,
    newRequestId: randomUUID,
  };
}

function maintenanceOf(parts: ApiParts, erasing: ClusterErasing): MaintenancePort {
  const { serving, config } = parts;
  const maintenance = createApiMaintenance({
    ...parts,
    marks: openToldMarks(parts.redis),
    ...{ scratchFolder: config.scratchFolder, sliceMsMax: config.sliceMsMax },
    // Fractions, for slices are measured by it.
    clock: () => performance.timeOrigin + performance.now(),
    counts: () => countServed(serving),
  });
  return {
    ...maintenance,
    verify: async (...asked) => {
      await erasing.refusePending();
      return maintenance.verify(...asked);
    },
  };
}

/** The way in through Kafka; what is acknowledged tells `after` where offsets stand, too. */
function openDoor(
  { config, transport, acknowledgements, offsets, clock, signal, logger }: ApiParts,
  factsOf: ReturnType<typeof answerReader>,
): SendingEventDoor {
  const feed: AcknowledgementFeed = {
    publish: (acknowledgement) => acknowledgements.publish(acknowledgement),
    subscribe: (listener, until) =>
      acknowledgements.subscribe((acknowledgement) => {
        offsets.heard(acknowledgement);
        listener(acknowledgement);
      }, until),
    close: () => acknowledgements.close(),
  };
  return openSendingDoor({
    ...{ config, transport, feed, clock, signal },
    isAnswer: (id) => factsOf(id) !== undefined,
    onTrouble: (error) => {
      logger.warn({ err: error }, 'acknowledgements cannot be heard');
    },
  });
}

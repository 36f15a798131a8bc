import { createSecretKey, randomUUID } from 'node:crypto';
import { createApp } from '../../api/app.ts';
import type { ActivityPort, ApiDeps, MaintenancePort, QueriesPort } from '../../api/deps.ts';
import { listen } from '../../api/server.ts';
import type { Listening } from '../../api/server.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import { exportEvents, tellEvents } from '../../events/export-events.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { ArmPresence } from '../../projections/arm-presence.ts';
import { ArmQueries } from '../../projections/arm-queries.ts';
import { UserNeighbours } from '../../projections/user-neighbours.ts';
import { Queries } from '../../projections/queries.ts';
import { ShownItems } from '../../projections/rules/shown-items.ts';
import type { LiveKeysOptions } from '../access/live-keys.ts';
import type { Spaces } from '../spaces/spaces.ts';
import { activityOf } from './activity.ts';
import { createComparisons } from './comparison.ts';
import { RELEASE } from '../config/release.ts';
import { meteredDoor, meteredSearcher } from '../observe/metered-ports.ts';
import type { CoreParts } from './core-parts.ts';
import { countLive, distinctItems } from './counts.ts';
import type { Counts } from './counts.ts';
import { openEntrance } from './entrance.ts';
import type { Entrance } from './entrance.ts';
import { FreshnessWindow } from './freshness-window.ts';
import { LiveFigures } from './live-figures.ts';
import { listModels } from './models.ts';
import { recall10Of } from './prequential-metrics.ts';
import { awaitedOf } from './readiness.ts';
import { rebuildProjections } from './rebuild.ts';
import { replayStandOf } from './replay-stand.ts';
import { stateHashAnswer, takeLive } from './state-hash.ts';
import { describeStatus } from './status.ts';
import { travelPort } from './travel-port.ts';
import { openUserExport } from './user-export.ts';
import { readPage } from '../page-files.ts';
import { yieldNow } from './yield-now.ts';

/** Where the public API listens. */
export interface PublicPlace {
  readonly host: string;
  readonly port: number;
  /** True where nobody asked for this port: another free one is taken when it is in use. */
  readonly orAnyPort?: boolean;
}

/** Where the core of a space listens: behind the main one, which hands its requests over. */
export interface SpacePlace {
  readonly socketPath: string;
  readonly space: string;
}

/** Where the API is served. */
export interface ApiPlaces {
  readonly socketPath: string;
  readonly public: PublicPlace | SpacePlace | undefined;
  readonly keys: Pick<LiveKeysOptions, 'path' | 'isFileNeeded' | 'adminKey'>;
  readonly requestsPerSecondMax: number | undefined;
  /** Where the requests of the day are counted. */
  readonly quotaPath: string;
  /** The spaces beside this one; absent where there are none. */
  readonly spaces?: Spaces | undefined;
}

/** The newest sampled events that live figures of recall are of. */
const RECALL_WINDOW = 1_000;

/** The API as it is served. */
export interface ServedApi {
  /** Where the public API listens. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

/** Serves the API on the private socket and, where asked for, on a port or on the socket of a space. */
export async function serveApi(parts: CoreParts, places: ApiPlaces): Promise<ServedApi> {
  const freshness = new FreshnessWindow({
    clock: parts.clock,
    waitFor: (positions) => parts.serving.waitFor(positions),
  });
  const live = liveFigures(parts, freshness);
  const made = { ...apiDeps(parts), spaces: places.spaces };
  const deps = { ...made, door: freshness.watch(made.door), live, scenarios: parts.scenarios };
  live.start();
  const listening: Listening[] = [];
  let entrance: Entrance | undefined;
  const close = async (): Promise<void> => {
    live.close();
    await Promise.all(listening.map((one) => one.close()));
    await entrance?.close();
  };
  try {
    const { socketPath, public: place } = places;
    listening.push(
      await listen(createApp({ ...deps, access: { kind: 'private' } }), { socketPath }),
    );
    if (place === undefined) return { url: undefined, close };
    entrance = await openEntrance(parts, places);
    const { access, requestLimit, quota } = entrance;
    const app = createApp({ ...deps, access, requestLimit, quota });
    if ('socketPath' in place) {
      listening.push(await listen(app, { socketPath: place.socketPath }));
      return { url: undefined, close };
    }
    const served = await listenPublicly(app, place, access.kind === 'keys');
    listening.push(served);
    const name = place.host.includes(':') ? `[${place.host}]` : place.host;
    return { url: `http://${name}:${String(served.port)}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenPublicly(
  app: Parameters<typeof listen>[0],
  { host, port, orAnyPort = false }: PublicPlace,
  keyed: boolean,
): Promise<Listening> {
  try {
    return await listen(app, { host, port, keyed });
  } catch (error) {
    if (!orAnyPort || !hasCode(error, 'CONFLICT')) throw error;
    return listen(app, { host, port: 0, keyed });
  }
}

/** The figures that the page follows. */
function liveFigures(parts: CoreParts, freshness: FreshnessWindow): LiveFigures {
  const { stores, serving, live, clock, prequential, logger } = parts;
  return new LiveFigures({
    ...{ clock, freshness },
    heads: () => stores.journal.status().heads,
    position: (partition) => serving.position(partition),
    model: () => live[0]?.runtime.definition.version,
    counts: () => countLive(live, () => distinctItems(serving)),
    recall10: () => Promise.resolve(recall10Of(prequential.tell({ window: RECALL_WINDOW }))),
    onError: (error) => {
      logger.warn({ err: error }, 'live figures could not be taken');
    },
  });
}

function apiDeps(parts: CoreParts): Omit<ApiDeps, 'access'> {
  const { stores, serving, live, search, clock } = parts;
  const { journal, identities, catalogue, folder } = stores;
  const counts = (): Counts => countLive(live, () => distinctItems(serving));
  const awaited = (): readonly string[] => awaitedOf(parts);
  const queries = new Queries({
    serving,
    identities,
    catalogue,
    partitionOf: (id) => partitionOf(id, journal.partitions),
    searcher: search.searcher && meteredSearcher(search.searcher, parts.observation),
    yieldNow,
    shown: new ShownItems(journal, yieldNow),
    signingKey: createSecretKey(folder.signingKey),
  });
  const presence = new ArmPresence({
    live: serving,
    servingOf: (version) => parts.arms.serving(version),
  });
  const ofArms = new ArmQueries({
    ...{ queries, presence, partitionOf: (id) => partitionOf(id, journal.partitions) },
  });
  return {
    door: parts.reactions.watchDoor(meteredDoor(parts.door, parts.observation)),
    metrics: parts.observation.metrics,
    watch: parts.observation.requests,
    queries: countedQueries(queries, ofArms, parts),
    models: {
      list: () => listModels(parts.registry, live[0]?.runtime.definition.version ?? '', parts),
    },
    promotions: parts.promotions,
    travel: travelPort(parts.past),
    explored: parts.past.explored,
    comparisons: createComparisons({ ...parts, yieldNow }),
    clickThrough: parts.reactions,
    experiments: parts.reactions.experiments((versions) => presence.whyUncounted(versions)),
    prequential: { tell: (query) => Promise.resolve(parts.prequential.tell(query)) },
    runs: parts.durable,
    schedules: parts.durable.schedules,
    erasures: parts.erasures,
    quarantines: parts.quarantines,
    activity: activityPort(parts),
    page: readPage(),
    userExport: { open: (user) => openUserExport(parts, user) },
    maintenance: maintenanceOf(parts, counts),
    health: {
      awaited,
      status: async () => ({
        ...describeStatus({
          ...{ clock, journal, serving, catalogue, counts, awaited },
          replay: () => replayStandOf(live, () => parts.durable.reason),
          release: RELEASE,
          profile: 'embedded',
          startedMs: parts.startedMs,
          searcher: () => search.searcher?.status(),
          parts: () => [parts.durable.part, ...nativeParts(parts)],
          waiting: () => parts.merges.exchange.waiting,
          links: () => (parts.durable.url === undefined ? {} : { temporal: parts.durable.url }),
          warnings: () => parts.warnings.list(),
        }),
        ...(await parts.erasures.statusOfPending()),
      }),
    },
    logger: parts.logger,
    clock,
    newRequestId: randomUUID,
  };
}

/** Who was active of late, and who is like whom. */
function activityPort({ stores: { journal, identities }, serving }: CoreParts): ActivityPort {
  const neighbours = new UserNeighbours({
    ...{ serving, identities, yieldNow },
    partitionOf: (id) => partitionOf(id, journal.partitions),
  });
  return {
    ...activityOf({ journal, identities, yieldNow }),
    neighbours: (user, n) => neighbours.find(user, n),
  };
}

/** The queries, whose answers are counted. */
function countedQueries(
  queries: Queries,
  ofArms: ArmQueries,
  { reactions }: CoreParts,
): QueriesPort {
  const { recommend } = reactions.watchQueries(ofArms);
  return {
    recommend,
    similar: (...args) => queries.similar(...args),
    popular: (...args) => queries.popular(...args),
    latest: (...args) => queries.latest(...args),
    user: (...args) => queries.user(...args),
    item: (...args) => queries.item(...args),
    listItems: (...args) => queries.listItems(...args),
    searchItems: (...args) => queries.searchItems(...args),
    deadLetters: () => queries.deadLetters(),
  };
}

function maintenanceOf(parts: CoreParts, counts: () => Counts): MaintenancePort {
  const { stores, serving, live, maker, clean, merges, clock, config } = parts;
  const { journal, identities, catalogue } = stores;
  const { sliceMsMax } = config;
  const onlyLive = (version: string | undefined): void => {
    const serves = live[0]?.runtime.definition.version;
    if (version === undefined || version === serves) return;
    throw new RepriseError('INVALID', `version ${version} is not live: leave version out`, {
      field: 'version',
    });
  };
  return {
    rebuild: (projections, onProgress, signal) =>
      rebuildProjections(
        {
          ...{ journal, live, clean, maker, serving, catalogue, clock, sliceMsMax },
          ...{ merges: merges.exchange, trails: parts.trails },
        },
        projections,
        onProgress,
        signal,
      ),
    verify: (request, onProgress, signal) =>
      parts.verifications.verify(request, onProgress, signal),
    stateHash: async (version, after) => {
      onlyLive(version);
      await serving.waitFor(after);
      return stateHashAnswer(await takeLive(live, identities), counts());
    },
    exportEvents: (after) => exported(exportEvents(journal, identities, after)),
    tellEvents: (after) => tellEvents(journal, identities, after),
  };
}

async function* exported(
  events: ReturnType<typeof exportEvents>,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  for await (const event of events) yield { ...event };
}

function nativeParts({ native }: CoreParts): { name: string; on: boolean; reason?: string }[] {
  const describe = (
    name: string,
    reason: string | undefined,
  ): { name: string; on: boolean; reason?: string } =>
    reason === undefined ? { name, on: true } : { name, on: false, reason };
  return [
    describe('batch training (tfjs-node)', native.tfjs.unavailable),
    describe('approximate search (faiss-node)', native.faiss.unavailable),
  ];
}

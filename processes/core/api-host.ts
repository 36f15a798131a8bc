import { createSecretKey, randomUUID } from 'node:crypto';
import { createApp } from '../../api/app.ts';
import type { Access, ApiDeps, MaintenancePort } from '../../api/deps.ts';
import { listen } from '../../api/server.ts';
import type { Listening } from '../../api/server.ts';
import { hasCode, RepriseError } from '../../events/error.ts';
import { exportEvents } from '../../events/export-events.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { Queries } from '../../projections/queries.ts';
import { createComparisons } from './comparison.ts';
import type { CoreParts } from './core-parts.ts';
import { countLive, distinctItems } from './counts.ts';
import type { Counts } from './counts.ts';
import { listModels } from './models.ts';
import { awaitedOf } from './readiness.ts';
import { rebuildProjections } from './rebuild.ts';
import { replayStandOf } from './replay-stand.ts';
import { stateHashAnswer, takeLive } from './state-hash.ts';
import { describeStatus } from './status.ts';
import { travelPort } from './travel-port.ts';
import { openUserExport } from './user-export.ts';
import { yieldNow } from './yield-now.ts';

/** The release that status names. */
export const RELEASE = '0.1.0';

/** Where the public API listens. */
export interface PublicPlace {
  readonly host: string;
  readonly port: number;
  /** True where nobody asked for this port: another free one is taken when it is in use. */
  readonly orAnyPort?: boolean;
}

/** Where the API is served. */
export interface ApiPlaces {
  readonly socketPath: string;
  readonly public: PublicPlace | undefined;
  readonly apiKey: string | undefined;
}

/** The API as it is served. */
export interface ServedApi {
  /** Where the public API listens. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

/** Serves the API on the private socket and, where asked for, on a port. */
export async function serveApi(parts: CoreParts, places: ApiPlaces): Promise<ServedApi> {
  const deps = apiDeps(parts);
  const listening: Listening[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listening.map((one) => one.close()));
  };
  try {
    const { socketPath, apiKey } = places;
    listening.push(
      await listen(createApp({ ...deps, access: { kind: 'private' } }), { socketPath }),
    );
    if (places.public === undefined) return { url: undefined, close };
    const access: Access = apiKey === undefined ? { kind: 'loopback' } : { kind: 'key', apiKey };
    const { host } = places.public;
    const served = await listenPublicly(createApp({ ...deps, access }), places.public, apiKey);
    listening.push(served);
    const name = host.includes(':') ? `[${host}]` : host;
    return { url: `http://${name}:${String(served.port)}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listenPublicly(
  app: Parameters<typeof listen>[0],
  { host, port, orAnyPort = false }: PublicPlace,
  apiKey: string | undefined,
): Promise<Listening> {
  const keyed = apiKey !== undefined;
  try {
    return await listen(app, { host, port, keyed });
  } catch (error) {
    if (!orAnyPort || !hasCode(error, 'CONFLICT')) throw error;
    return listen(app, { host, port: 0, keyed });
  }
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
    searcher: search.searcher,
    signingKey: createSecretKey(folder.signingKey),
  });
  return {
    door: parts.door,
    queries,
    models: {
      list: () => listModels(parts.registry, live[0]?.runtime.definition.version ?? '', parts),
    },
    promotions: parts.promotions,
    travel: travelPort(parts.past),
    comparisons: createComparisons({ ...parts, yieldNow }),
    prequential: { tell: (query) => Promise.resolve(parts.prequential.tell(query)) },
    runs: parts.durable,
    schedules: parts.durable.schedules,
    erasures: parts.erasures,
    quarantines: parts.quarantines,
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
    newRequestId: randomUUID,
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

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ErasingDeps } from '../../../activities/forgetting/erasing.ts';
import type { LiveState } from '../../../activities/training/prepare-run.ts';
import { OneAtATime } from '../../../activities/one-at-a-time.ts';
import type { QuarantiningDeps } from '../../../activities/forgetting/quarantining.ts';
import { Quarantines } from '../../../activities/forgetting/quarantines.ts';
import type { RebuildingDeps } from '../../../activities/replay/rebuilding.ts';
import { refuseErasedSince } from '../../../activities/versions/stale-versions.ts';
import { promoteVersion } from '../../../activities/training/training.ts';
import { openCheckpointWishes } from '../../../adapters/cluster/checkpoint-wishes.ts';
import { openIndexReleases } from '../../../adapters/cluster/index-releases.ts';
import { openPopular } from '../../../adapters/cluster/popular.ts';
import { openQuarantines } from '../../../adapters/cluster/records.ts';
import { openUsers } from '../../../adapters/cluster/users.ts';
import { RepriseError } from '../../../events/error.ts';
import { formatPosition } from '../../../events/position.ts';
import { DEFAULT_LEARNER_SETTINGS } from '../../../model/settings.ts';
import { combineStateHashes } from '../../../model/state-hash.ts';
import { hashedState } from '../../core/state-hash.ts';
import { yieldNow } from '../../core/yield-now.ts';
import { newestRuntime } from '../checkpoint-states.ts';
import { openClusterErasures } from '../cluster-erasures.ts';
import { deleteClusterTraces } from './erased-traces.ts';
import type { FactSending } from '../fact-sending.ts';
import type { ProcessWays } from '../frame.ts';
import { liveStateOf } from '../live-states.ts';
import { need } from '../need.ts';
import { pause } from '../servers/persisting.ts';
import type { ClusterRuntimes } from '../runtimes.ts';
import type { ClusterStores } from '../stores.ts';
import { startOneTraining } from '../servers/temporal-runs.ts';

/** What versions that leave events out are built with in a process that moves no partition. */
export interface LeavingOutWays extends Pick<ProcessWays, 'config' | 'signal'> {
  readonly stores: ClusterStores;
  readonly facts: FactSending;
  readonly maker: ClusterRuntimes['maker'];
  /** Unix milliseconds, whole. */
  readonly clock: () => number;
}

/** What erases users and quarantines events in the cluster: the same steps as in the embedded core. */
export interface ClusterLeavingOut {
  readonly erasing: ErasingDeps;
  readonly quarantining: QuarantiningDeps;
  /** Throws CONFLICT where users were erased since a version was made. */
  readonly refuseStale: (version: string) => Promise<void>;
}

/** Opens what the activities of erasures and quarantines need. */
export function openLeavingOut(ways: LeavingOutWays): ClusterLeavingOut {
  const { stores, facts, config, clock } = ways;
  const { mongo, journal, identities } = stores;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  const rebuilding = rebuildingOf(ways);
  const { erasures, records } = openClusterErasures({ config, stores, clock, door: facts.door });
  const quarantines = new Quarantines({
    store: openQuarantines({ connection: mongo, database }),
    ...{ identities, journal, clock, yieldNow, door: facts.door },
  });
  return {
    erasing: {
      ...rebuilding,
      erasures,
      stateHash: () => savedStateHash(ways),
      deleteTraces: (live, holds) => deleteClusterTraces(tracesOf(ways), live, holds),
      purge: (surrogates) => journal.redact(surrogates),
      retrain: () => retrain(ways),
    },
    quarantining: { ...rebuilding, quarantines },
    refuseStale: (version) => refuseErasedSince(records, version),
  };
}

function rebuildingOf({ stores, facts, clock }: LeavingOutWays): RebuildingDeps {
  const { journal, registry, fences } = stores;
  const live = (partition: number): Promise<LiveState> => liveStateOf(fences, partition);
  const promotion = { registry, clock, live, door: facts.door, sleep: pause };
  return {
    ...{ journal, registry, clock, yieldNow },
    // A checkpoint is its mover's to put: a version is replayed from where its base stands.
    checkpoints: {
      newest: () => Promise.resolve(undefined),
      save: () => Promise.reject(new RepriseError('FENCED', 'no partition is moved here')),
    },
    live: async () => (await live(0)).version,
    promote: (version, signal) => promoteVersion(promotion, version, { signal }),
    promotions: new OneAtATime(),
  };
}

function tracesOf({
  stores,
  facts,
  config,
  clock,
  signal,
}: LeavingOutWays): Parameters<typeof deleteClusterTraces>[0] {
  const { link } = facts;
  const { database } = need(config.mongo, 'REPRISE_MONGO_URL');
  return {
    ...{ stores, link, partitions: config.partitions },
    wishes: openCheckpointWishes(link),
    users: openUsers({ connection: stores.mongo, database }),
    popular: openPopular({ link, halfLifeMs: DEFAULT_LEARNER_SETTINGS.popularityHalfLifeMs }),
    releases: openIndexReleases({
      ...{ objects: stores.objects, random: randomBytes, clock },
      folder: join(config.scratchFolder, 'indexes'),
    }),
    pause: async (ms) => {
      await pause(ms, signal);
      signal.throwIfAborted();
    },
  };
}

/** Hashes the states that the movers saved last, and says where they stood. */
async function savedStateHash({
  stores,
  maker,
  config,
}: LeavingOutWays): Promise<{ readonly hash: string; readonly positions: readonly string[] }> {
  const hashes: string[] = [];
  const positions: string[] = [];
  for (let partition = 0; partition < config.partitions; partition += 1) {
    const runtime = await newestRuntime({ ...stores, maker }, partition);
    const { hash, at } = await hashedState(runtime, stores.identities);
    hashes.push(hash);
    positions.push(formatPosition({ partition, sequence: at }));
  }
  return { hash: combineStateHashes(hashes), positions };
}

/** Starts a training by the kernel; where that fails the reason is what became of it. */
async function retrain({ stores, config, clock }: LeavingOutWays): Promise<string> {
  try {
    const { registry, fences } = stores;
    const { version } = await liveStateOf(fences, 0);
    const deps = { config, registry, clock, live: () => version };
    return (await startOneTraining(deps, { trainer: 'kernel' })).workflowId;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

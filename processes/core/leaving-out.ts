import { setTimeout as sleep } from 'node:timers/promises';
import { openErasures, openQuarantines } from '../../adapters/embedded/records.ts';
import { beginErasure, finishErasure } from '../../activities/forgetting/erasing.ts';
import type { ErasingDeps, ErasurePlan } from '../../activities/forgetting/erasing.ts';
import { Erasures } from '../../activities/forgetting/erasures.ts';
import { OneAtATime } from '../../activities/one-at-a-time.ts';
import { beginQuarantine, finishQuarantine } from '../../activities/forgetting/quarantining.ts';
import type { QuarantiningDeps } from '../../activities/forgetting/quarantining.ts';
import { Quarantines } from '../../activities/forgetting/quarantines.ts';
import type { RebuildingDeps, RebuildPlan } from '../../activities/replay/rebuilding.ts';
import { promoteVersion } from '../../activities/training/training.ts';
import { RepriseError } from '../../events/error.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { formatPosition } from '../../events/position.ts';
import { combineStateHashes } from '../../model/state-hash.ts';
import type { CoreParts } from './core-parts.ts';
import { deleteTraces } from './erased-traces.ts';
import type { TracesParts } from './erased-traces.ts';
import { ErasureHost } from './erasure-host.ts';
import { QuarantineHost } from './quarantine-host.ts';
import { RebuildRunner } from './rebuild-runner.ts';
import { takeLive } from './state-hash.ts';
import { yieldNow } from './yield-now.ts';

/** What leaving events out works on. */
export type LeavingOutParts = TracesParts &
  Pick<CoreParts, 'door' | 'durable' | 'config' | 'clock' | 'logger' | 'warnings' | 'ending'>;

/** What a core erases users and quarantines events with. */
export interface LeavingOut {
  readonly erasing: ErasingDeps;
  readonly erasures: ErasureHost;
  readonly quarantining: QuarantiningDeps;
  readonly quarantines: QuarantineHost;
}

/**
 * Opens the erasures and quarantines of a data folder and ends what a kill has cut off: no identity that was to go is
 * there after.
 */
export async function openLeavingOut(parts: LeavingOutParts): Promise<LeavingOut> {
  const rebuilding = rebuildingOf(parts);
  return {
    ...(await openErasing(parts, rebuilding)),
    ...(await openQuarantine(parts, rebuilding)),
  };
}

async function openErasing(
  parts: LeavingOutParts,
  rebuilding: RebuildingDeps,
): Promise<Pick<LeavingOut, 'erasing' | 'erasures'>> {
  const { stores, live, clock, durable, config } = parts;
  const { journal, identities, folder } = stores;
  const erasures = new Erasures({
    store: openErasures({ folder: folder.partPath('erasures') }),
    ...{ identities, journal, clock },
    partitionOf: (user) => partitionOf(user, journal.partitions),
  });
  await erasures.resume();
  const erasing: ErasingDeps = {
    ...rebuilding,
    erasures,
    stateHash: async () => {
      const states = await takeLive(live, identities);
      return {
        hash: combineStateHashes(states.map(({ hash }) => hash)),
        positions: states.map(({ partition, at }) => formatPosition({ partition, sequence: at })),
      };
    },
    deleteTraces: (version, holds) => deleteTraces(parts, version, holds),
    purge: (surrogates) => journal.redact(surrogates),
    retrain: async () => {
      try {
        return (await durable.startTraining({ trainer: 'kernel' })).workflowId;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  };
  const runner = new RebuildRunner<ErasurePlan>({
    ...runnerWays(parts),
    name: 'an erasure',
    start: (now) => durable.startRebuild('erasure', now),
    begin: () => beginErasure(erasing),
    finish: ({ erasure }, signal) => finishErasure(erasing, erasure, signal),
    delayMsMax: config.erasureDelayMsMax,
  });
  return { erasing, erasures: new ErasureHost(erasures, runner) };
}

async function openQuarantine(
  parts: LeavingOutParts,
  rebuilding: RebuildingDeps,
): Promise<Pick<LeavingOut, 'quarantining' | 'quarantines'>> {
  const { stores, clock, door, durable, registry } = parts;
  const { journal, identities, folder } = stores;
  const quarantines = new Quarantines({
    store: openQuarantines({ folder: folder.partPath('quarantines') }),
    ...{ identities, journal, clock, door, yieldNow },
  });
  await quarantines.resume();
  const quarantining: QuarantiningDeps = { ...rebuilding, quarantines };
  const runner = new RebuildRunner<RebuildPlan>({
    ...runnerWays(parts),
    name: 'a quarantine',
    start: (now) => durable.startRebuild('quarantine', now),
    begin: () => beginQuarantine(quarantining),
    finish: ({ version }, signal) => finishQuarantine(quarantining, version, signal),
    delayMsMax: 0,
  });
  const { live } = rebuilding;
  return { quarantining, quarantines: new QuarantineHost({ quarantines, runner, registry, live }) };
}

function runnerWays({
  versions,
  durable,
  logger,
  warnings,
  ending,
}: LeavingOutParts): Pick<
  ConstructorParameters<typeof RebuildRunner>[0],
  'versions' | 'durable' | 'logger' | 'warnings' | 'signal'
> {
  return { versions, durable, logger, warnings, signal: ending.signal };
}

function rebuildingOf(parts: LeavingOutParts): RebuildingDeps {
  const { stores, live, registry, checkpoints, clock, door } = parts;
  const promotion = {
    ...{ registry, door, clock },
    live: (partition: number) => {
      const runtime = live[partition]?.runtime;
      if (runtime === undefined) {
        throw new RepriseError('NOT_FOUND', `there is no partition ${String(partition)} here`);
      }
      return { version: runtime.definition.version, position: runtime.position };
    },
    sleep: async (ms: number, signal: AbortSignal) => {
      await sleep(ms, undefined, { signal }).catch(() => undefined);
    },
  };
  return {
    ...{ journal: stores.journal, registry, checkpoints, clock, yieldNow },
    live: () => live[0]?.runtime.definition.version ?? '',
    promote: (version, signal) => promoteVersion(promotion, version, { signal }),
    promotions: new OneAtATime(),
  };
}

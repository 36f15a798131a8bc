import { setTimeout as sleep } from 'node:timers/promises';
import { openErasures } from '../../adapters/embedded/erasures.ts';
import { Erasures } from '../../activities/erasures.ts';
import type { ErasingDeps } from '../../activities/erasing.ts';
import { RepriseError } from '../../events/error.ts';
import { partitionOf } from '../../events/partition-of.ts';
import { combineStateHashes } from '../../model/state-hash.ts';
import { formatPosition } from '../../events/position.ts';
import type { CoreParts } from './core-parts.ts';
import { deleteTraces } from './erased-traces.ts';
import type { TracesParts } from './erased-traces.ts';
import { ErasureHost } from './erasure-host.ts';
import { takeLive } from './state-hash.ts';
import { yieldNow } from './yield-now.ts';

/** What erasing users works on. */
export type ErasingParts = TracesParts &
  Pick<CoreParts, 'door' | 'durable' | 'config' | 'clock' | 'logger' | 'warnings' | 'ending'>;

/** What a core erases users with. */
export interface Erasing {
  readonly erasing: ErasingDeps;
  readonly erasures: ErasureHost;
}

/** Opens the erasures of a data folder and ends what a kill has cut off: no identity that was to go is there after. */
export async function openErasing(parts: ErasingParts): Promise<Erasing> {
  const { stores, live, registry, checkpoints, clock } = parts;
  const { journal, identities, folder } = stores;
  const desk = new Erasures({
    store: openErasures({ folder: folder.partPath('erasures') }),
    ...{ identities, journal, clock },
    partitionOf: (user) => partitionOf(user, journal.partitions),
  });
  await desk.resume();
  const erasing: ErasingDeps = {
    ...{ erasures: desk, journal, registry, checkpoints, clock, yieldNow },
    live: () => live[0]?.runtime.definition.version ?? '',
    stateHash: async () => {
      const states = await takeLive(live, identities);
      return {
        hash: combineStateHashes(states.map(({ hash }) => hash)),
        positions: states.map(({ partition, at }) => formatPosition({ partition, sequence: at })),
      };
    },
    deleteTraces: (version, holds) => deleteTraces(parts, version, holds),
  };
  return { erasing, erasures: hostOf(parts, desk, erasing) };
}

function hostOf(parts: ErasingParts, erasures: Erasures, erasing: ErasingDeps): ErasureHost {
  const { registry, door, live, clock, versions, durable, config, logger, warnings } = parts;
  return new ErasureHost({
    ...{ erasures, erasing, versions, durable, logger, warnings },
    promotion: {
      ...{ registry, door, clock },
      live: (partition) => {
        const runtime = live[partition]?.runtime;
        if (runtime === undefined) {
          throw new RepriseError('NOT_FOUND', `there is no partition ${String(partition)} here`);
        }
        return { version: runtime.definition.version, position: runtime.position };
      },
      sleep: async (ms, signal) => {
        await sleep(ms, undefined, { signal }).catch(() => undefined);
      },
    },
    delayMsMax: config.erasureDelayMsMax,
    signal: parts.ending.signal,
  });
}

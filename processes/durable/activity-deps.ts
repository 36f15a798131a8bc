import { setTimeout as wait } from 'node:timers/promises';
import type { ActivityDeps } from '../../activities/index.ts';
import type { IndexingDeps } from '../../activities/indexing.ts';
import type { TrainerPool } from '../../activities/training/trainer.ts';
import { createIndexer } from '../../adapters/embedded/indexer.ts';
import { openRuns } from '../../adapters/embedded/runs.ts';
import { RepriseError } from '../../events/error.ts';
import { formatPosition } from '../../events/position.ts';
import type { IndexManifest } from '../../projections/index-release.ts';
import type { CoreParts } from '../core/core-parts.ts';
import { yieldNow } from '../core/yield-now.ts';
import { schedulingDeps } from './planned-runs.ts';
import { meteredBuilder, meteredTrainers } from '../observe/metered-ports.ts';

/** Gives the activities the parts of a core. */
export function activityDeps(parts: CoreParts, trainer: TrainerPool): ActivityDeps {
  const { stores, live, versions, shadows, registry, config } = parts;
  const { journal, folder } = stores;
  const clock = (): number => Math.floor(parts.clock());
  return {
    replay: { journal, versions, shadows, live: (partition) => live[partition] },
    backfill: {
      ...{ journal, registry, shadows, clock, sleep },
      ...{ door: parts.door, book: parts.book },
    },
    training: {
      ...{ journal, registry, versions, yieldNow },
      trainer: meteredTrainers(trainer, parts.observation),
      door: parts.door,
      live: (partition) => {
        const runtime = live[partition]?.runtime;
        if (runtime === undefined) {
          throw new RepriseError('NOT_FOUND', `there is no partition ${String(partition)} here`);
        }
        return { version: runtime.definition.version, position: runtime.position };
      },
      files: openRuns({ folder: folder.partPath('runs') }),
      clock: parts.clock,
      sliceMsMax: config.sliceMsMax,
      sleep,
    },
    indexing: indexingDeps(parts, clock),
    erasing: parts.erasing,
    quarantining: parts.quarantining,
    scheduling: schedulingDeps(parts),
    proving: { prove: (request, control) => parts.verifications.prove(request, control) },
    travel: { go: (destination) => parts.past.travel.go(destination) },
  };
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

function indexingDeps(parts: CoreParts, clock: () => number): IndexingDeps {
  const { stores, serving, search, native } = parts;
  const { unavailable } = native.faiss;
  const root = stores.folder.partPath('indexes');
  const script = new URL('../indexer.ts', import.meta.url);
  return {
    door: parts.door,
    source: () => serving,
    survey: () => {
      const partitions = Array.from({ length: serving.partitions }, (_, partition) => ({
        partition,
        position: formatPosition({ partition, sequence: serving.position(partition) }),
        items: serving.partition(partition).vectors.rows,
      }));
      return {
        version: serving.partition(0).version,
        items: partitions.reduce((sum, { items }) => sum + items, 0),
        partitions,
      };
    },
    builder:
      unavailable === undefined
        ? meteredBuilder(
            createIndexer({ root, script, releases: search.releases }),
            parts.observation,
          )
        : undefined,
    unavailable,
    useRelease: async (manifest: IndexManifest) => {
      const live = parts.live[0]?.runtime.definition.version;
      if (manifest.version !== live) {
        // It was begun before a promotion, and may hold what was erased since.
        await search.removeOthers(live ?? '');
        return `version ${manifest.version} is not live any more`;
      }
      await search.useNewest(manifest.version);
      await search.removeOld();
      const used = search.searcher?.release;
      return used === manifest.release
        ? undefined
        : (search.trouble ?? `release ${String(used)} is searched`);
    },
    clock,
  };
}

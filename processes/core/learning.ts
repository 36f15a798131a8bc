import { setTimeout as wait } from 'node:timers/promises';
import { openCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import type { EmbeddedCheckpoints } from '../../adapters/embedded/checkpoints.ts';
import { openVersions } from '../../adapters/embedded/versions.ts';
import type { EmbeddedVersions } from '../../adapters/embedded/versions.ts';
import type { LivePartition } from '../../activities/replay/live-partition.ts';
import { ArmStates } from '../../activities/versions/arm-states.ts';
import { CheckpointLinks } from '../../activities/replay/checkpoint-links.ts';
import { follow } from '../../activities/replay/follower.ts';
import type { ShadowKeeping } from '../../activities/versions/shadow-keeping.ts';
import { ShadowPace } from '../../activities/versions/shadow-pace.ts';
import { Shadows } from '../../activities/versions/shadows.ts';
import { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type {
  RuntimeMaker,
  VersionRuntimesDeps,
} from '../../activities/versions/version-runtimes.ts';
import { ORIGIN } from '../../events/position.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import { StateTrail } from '../../projections/state-trail.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Observation } from '../observe/observation.ts';
import { registerFirst } from './first-version.ts';
import { openMeeting, type Merges } from './merges.ts';
import { PrequentialMetricsBook } from './prequential-metrics.ts';
import { createRuntimeMaker } from './runtime-maker.ts';
import type { Stores } from './stores.ts';
import type { Warnings } from './warnings.ts';
import { checkpointsOfAll, openKeptShadows } from './shadow-keeping.ts';
import type { KeptShadows } from './shadow-keeping.ts';
import { createServing } from './serving.ts';
import { yieldNow } from './yield-now.ts';

/** What builds the states of model versions. */
export interface Learning {
  readonly kernels: KernelFactory;
  readonly checkpoints: EmbeddedCheckpoints;
  readonly registry: EmbeddedVersions;
  readonly maker: RuntimeMaker;
  /** Runtimes of any version, checkpoints taken for what they say. */
  readonly versions: VersionRuntimes;
  /** Runtimes of any version from bases and the journal alone. */
  readonly clean: VersionRuntimes;
  /** Where partitions meet at barriers. */
  readonly merges: Merges;
  /** How well the live versions foresee what they learn. */
  readonly prequential: PrequentialMetricsBook;
  /** The versions held beside the live one. */
  readonly shadows: Shadows;
  /** What arms of experiments are answered from by versions held. */
  readonly arms: ArmStates;
  /** What the live state of each partition was on its way since the start. */
  readonly trails: readonly StateTrail[];
  /** Saves the checkpoints of the live partitions, each tied to the one before. */
  readonly links: CheckpointLinks;
  /** What is kept of versions beside the live one. */
  readonly kept: KeptShadows;
  readonly keeping: ShadowKeeping;
  /** The live partitions, as far as they are recovered. */
  readonly live: LivePartition[];
}

/** How a core is put together. */
export interface Ways {
  readonly config: Config;
  readonly logger: Logger;
  readonly warnings: Warnings;
  readonly observation: Observation;
  /** Unix milliseconds with fractions. */
  readonly clock: () => number;
}

/** Opens what builds the states of model versions; the first version is registered where there is none. */
export async function openLearning(stores: Stores, ways: Ways): Promise<Learning> {
  const { folder, journal, identities } = stores;
  const { config, logger, warnings, clock } = ways;
  const kernels = await loadKernel();
  const onDamaged = (path: string, reason: string): void => {
    logger.warn({ path, reason }, 'a checkpoint is damaged; taking the one before');
    warnings.add(`checkpoint ${path} is damaged, so the one before was taken: ${reason}`);
  };
  const checkpoints = openCheckpoints({ folder: folder.partPath('checkpoints'), onDamaged });
  const registry = openVersions({ folder: folder.partPath('models') });
  await registerFirst(registry, folder.manifest, () => Math.floor(clock()));
  const maker = createRuntimeMaker({ kernels, identities, journal, clock });
  const prequential = new PrequentialMetricsBook(config.prequentialShare);
  const kept = await openKeptShadows(stores, ways, {
    ...{ registry, maker, book: prequential, kernelSha256: kernels.sha256, onDamaged },
  });
  const { sliceMsMax } = config;
  const live: LivePartition[] = [];
  const merges = openMeeting(stores, ways, () => versions, live);
  const deps: VersionRuntimesDeps = {
    ...{ journal, yieldNow, sliceMsMax, clock, registry, maker, follow, logger },
    checkpoints: checkpointsOfAll(checkpoints, kept.store),
    merges: merges.exchange,
  };
  const versions = new VersionRuntimes(deps);
  const clean = new VersionRuntimes({
    ...deps,
    checkpoints: { newest: () => Promise.resolve(undefined), list: () => Promise.resolve([]) },
  });
  const arms = new ArmStates({
    newServing: () => createServing(kernels, journal.partitions, config, () => undefined),
    yieldNow,
  });
  const shadows = new Shadows({
    readers: arms,
    ...{ journal, yieldNow, sliceMsMax, clock, follow },
    partitions: journal.partitions,
    pace: new ShadowPace({ clock, yieldNow, sleep }),
    start: (version, partition, at) => versions.startOf(version, partition, at),
    resume: kept.resume,
    livePosition: (partition) => live[partition]?.runtime.position ?? ORIGIN,
    observerOf: (version) => prequential.observerOf(version),
    onError: (error, version) => {
      logger.error({ err: error, version }, 'a shadow has stopped');
      const reason = error instanceof Error ? error.message : String(error);
      warnings.add(`version ${version} is held no more: ${reason}`);
    },
  });
  const trails = Array.from({ length: journal.partitions }, () => new StateTrail());
  const links = new CheckpointLinks({
    ...{ checkpoints, journal, registry, kernelSha256: kernels.sha256 },
    rowsAt: (partition, at) => trails[partition]?.digestAt(at),
  });
  return {
    ...{
      kernels,
      checkpoints,
      registry,
      maker,
      versions,
      clean,
      merges,
      prequential,
      shadows,
      arms,
    },
    ...{ trails, links, live, kept, keeping: kept.keeping(shadows) },
  };
}

async function sleep(ms: number): Promise<void> {
  await wait(ms);
}

import { follow } from '../../activities/replay/follower.ts';
import type { LiveMerges } from '../../activities/merges/live-merges.ts';
import type { RedisLink } from '../../adapters/cluster/redis/redis.ts';
import { VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type {
  RuntimeMaker,
  VersionRuntimesDeps,
} from '../../activities/versions/version-runtimes.ts';
import { loadKernel } from '../../model/kernel/kernel.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { createRuntimeMaker } from '../core/runtime-maker.ts';
import { yieldNow } from '../core/yield-now.ts';
import type { ProcessWays } from './frame.ts';
import { openClusterMeeting } from './meeting.ts';
import type { ClusterStores } from './stores.ts';

/** What builds states of model versions from the shared stores. */
export interface ClusterRuntimes {
  readonly kernels: KernelFactory;
  readonly maker: RuntimeMaker;
  readonly versions: VersionRuntimes;
  /** Runtimes of any version from bases and the journal alone. */
  readonly clean: VersionRuntimes;
  /** Where movers meet at barriers; undefined where there is one partition. */
  readonly merges: LiveMerges | undefined;
}

/** Opens what builds states in a process that moves no partition. */
export async function openRuntimes(
  stores: ClusterStores,
  link: RedisLink,
  { config, logger }: Pick<ProcessWays, 'config' | 'logger'>,
): Promise<ClusterRuntimes> {
  const { journal, identities, registry, checkpoints } = stores;
  const kernels = await loadKernel();
  // Fractions, for slices are measured by it.
  const clock = (): number => performance.timeOrigin + performance.now();
  const maker = createRuntimeMaker({ kernels, identities, journal, clock });
  const { sliceMsMax } = config;
  const merges = openClusterMeeting({ stores, link, clock, logger, versions: () => versions });
  const deps: VersionRuntimesDeps = {
    ...{ journal, registry, checkpoints, maker, follow, logger, yieldNow, sliceMsMax, clock },
    ...(merges && { merges }),
  };
  const versions = new VersionRuntimes(deps);
  const clean = new VersionRuntimes({
    ...deps,
    checkpoints: { newest: () => Promise.resolve(undefined), list: () => Promise.resolve([]) },
  });
  return { kernels, maker, versions, clean, merges };
}

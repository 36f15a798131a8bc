import type { SharedObservedEvents } from '../../../adapters/cluster/observed-events.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import type { ComparisonsPort } from '../../../api/deps.ts';
import { RepriseError } from '../../../events/error.ts';
import { compareSides, notHeld, refuseSame } from '../../core/comparison.ts';
import type { Visit } from '../../core/comparison.ts';
import { yieldNow } from '../../core/yield-now.ts';
import { newestRuntime } from '../checkpoint-states.ts';
import type { StatesDeps } from '../checkpoint-states.ts';
import { observedVersions } from '../held-promotions.ts';
import type { ClusterStores } from '../stores.ts';

/** What comparisons of a cluster read. */
export interface HeldComparisonsDeps extends StatesDeps {
  readonly stores: Pick<ClusterStores, 'registry' | 'heldCheckpoints' | 'journal'>;
  readonly observed: Pick<SharedObservedEvents, 'kept'>;
  /** The version that serves. */
  readonly live: () => string | undefined;
}

/** Compares versions by the sampled events that workers told, and by the states that they kept last. */
export function createHeldComparisons(deps: HeldComparisonsDeps): ComparisonsPort {
  return {
    compare: async (a, b) => {
      refuseSame(a, b);
      for (const version of [a, b]) await refuseUnkept(deps, version);
      const { partitions } = deps.stores.journal;
      const sides = { a: visitOf(deps, a), b: visitOf(deps, b) };
      const prequential = await observedVersions(deps.observed, [a, b]);
      return compareSides({ sides, partitions, prequential, yieldNow }, a, b);
    },
  };
}

async function refuseUnkept({ stores, live }: HeldComparisonsDeps, version: string): Promise<void> {
  if ((await stores.registry.get(version)) === undefined) {
    throw new RepriseError('NOT_FOUND', `there is no model version ${version}`, { version });
  }
  if (version === live()) return;
  const kept = await stores.heldCheckpoints.list(0);
  if (!kept.some((one) => one.version === version)) throw notHeld(version);
}

/** Visits the newest kept state of a version; one partition of it is in memory at a time. */
function visitOf(deps: HeldComparisonsDeps, version: string): Visit {
  let last: PartitionRuntime | undefined;
  return async (partition, work) => {
    if (last?.partition !== partition) last = await runtimeOf(deps, version, partition);
    return work(last);
  };
}

async function runtimeOf(
  deps: HeldComparisonsDeps,
  version: string,
  partition: number,
): Promise<PartitionRuntime> {
  if (version === deps.live()) return newestRuntime(deps, partition);
  const kept = await deps.stores.heldCheckpoints.newest({ version, partition });
  const known = await deps.stores.registry.get(version);
  if (kept === undefined || known === undefined) throw notHeld(version);
  return deps.maker.restore(known.definition, partition, kept.checkpoint);
}

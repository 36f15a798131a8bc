import type { CheckpointStore } from '../../../activities/replay/checkpoint-store.ts';
import type { VersionRegistry } from '../../../activities/versions/version-registry.ts';
import type { RuntimeMaker } from '../../../activities/versions/version-runtimes.ts';
import { checkpointsOfAll } from '../../core/shadow-keeping.ts';
import { wholeStateOf } from '../checkpoint-states.ts';
import type { WholeStates } from '../checkpoint-states.ts';

/** What states of held versions are restored from. */
export interface HeldStatesDeps {
  /** Those that live partitions left: a version may have been live before it was held. */
  readonly checkpoints: Pick<CheckpointStore, 'list' | 'newest'>;
  readonly heldCheckpoints: Pick<CheckpointStore, 'list' | 'newest'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly maker: RuntimeMaker;
}

/** Reads whole states of one version from the checkpoints that movers took while they held it, or served it. */
export function createHeldStates(deps: HeldStatesDeps, version: string): WholeStates {
  const { checkpoints, heldCheckpoints, registry, maker } = deps;
  const all = checkpointsOfAll(checkpoints, heldCheckpoints);
  return {
    async newest(partition, past) {
      const isPast = (sequence: number): boolean => past === undefined || sequence > past.sequence;
      const listed = [
        ...(await checkpoints.list(partition)),
        ...(await heldCheckpoints.list(partition)),
      ];
      if (!listed.some((one) => one.version === version && isPast(one.sequence))) return undefined;
      const found = await all.newest({ version, partition });
      if (found === undefined || !isPast(found.saved.sequence)) return undefined;
      const known = await registry.get(version);
      if (known === undefined) return undefined;
      return wholeStateOf(await maker.restore(known.definition, partition, found.checkpoint));
    },
  };
}

import { combineStateHashes } from '../../model/state-hash.ts';
import type { LivePartition } from '../../activities/live-partition.ts';
import type { StateHashAnswer } from '../../api/schema/answers.ts';
import type { IdentityStore } from '../../events/identity.ts';
import { formatPosition } from '../../events/position.ts';
import type { Counts } from './counts.ts';

/** Hashes the live state, each partition standing still while it is hashed. */
export async function hashLive(
  live: readonly LivePartition[],
  identities: IdentityStore,
  counts: () => Counts,
): Promise<StateHashAnswer> {
  const parts = await Promise.all(
    live.map((one) =>
      one.exclusive(async (runtime) => ({
        version: runtime.definition.version,
        position: formatPosition({ partition: runtime.partition, sequence: runtime.position }),
        hash: await runtime.stateHash(identities.all()),
      })),
    ),
  );
  const { events, users, items } = counts();
  return {
    version: parts[0]?.version ?? '',
    hash: combineStateHashes(parts.map((part) => part.hash)),
    positions: parts.map((part) => part.position),
    events,
    users,
    items,
  };
}

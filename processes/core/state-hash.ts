import { combineStateHashes } from '../../model/state-hash.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { LivePartition } from '../../activities/replay/live-partition.ts';
import type { StateHashAnswer } from '../../api/schema/answers.ts';
import type { IdentityStore } from '../../events/identity.ts';
import { formatPosition } from '../../events/position.ts';
import type { Counts } from './counts.ts';
import type { Served } from './verification.ts';

/** The state of one partition of a version, hashed at a position. */
export type HashedState = Served;

/** Hashes the live states, each partition standing still while it is hashed. */
export function takeLive(
  live: readonly LivePartition[],
  identities: IdentityStore,
): Promise<readonly HashedState[]> {
  return Promise.all(
    live.map((one) => one.exclusive((runtime) => hashedState(runtime, identities))),
  );
}

/** Hashes a runtime's state where it stands. */
export async function hashedState(
  runtime: PartitionRuntime,
  identities: IdentityStore,
): Promise<HashedState> {
  return {
    version: runtime.definition.version,
    partition: runtime.partition,
    at: runtime.position,
    hash: await runtime.stateHash(identities.all()),
  };
}

/** Answers with the hash over the states of all partitions. */
export function stateHashAnswer(parts: readonly HashedState[], counts: Counts): StateHashAnswer {
  const { events, users, items } = counts;
  return {
    version: parts[0]?.version ?? '',
    hash: combineStateHashes(parts.map((part) => part.hash)),
    positions: parts.map(({ partition, at }) => formatPosition({ partition, sequence: at })),
    events,
    users,
    items,
  };
}

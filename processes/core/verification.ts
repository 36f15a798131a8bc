import { combineStateHashes } from '../../model/state-hash.ts';
import type { CheckpointStore } from '../../activities/checkpoint-store.ts';
import { replayTogether, type Part } from '../../activities/replay-together.ts';
import { ScratchMerges } from '../../activities/scratch-merges.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { VersionRegistry } from '../../activities/version-registry.ts';
import type { RuntimeMaker, VersionRuntimes } from '../../activities/version-runtimes.ts';
import type { OnProgress } from '../../api/deps.ts';
import type { VerifyReport } from '../../api/schema/answers.ts';
import { RepriseError } from '../../events/error.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import type { Sequence } from '../../events/position.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import { yieldNow } from './yield-now.ts';

/** What a verification reads. */
export interface VerificationDeps {
  readonly journal: Journal;
  readonly identities: IdentityStore;
  readonly registry: VersionRegistry;
  readonly maker: RuntimeMaker;
  /** Builds promoted versions from their bases alone: no checkpoint of the live follower is trusted. */
  readonly clean: VersionRuntimes;
  /** Takes the states to compare with, one a partition. */
  readonly takeServed: () => Promise<readonly Served[]>;
  /** A checkpoint store in a scratch folder, and how to remove the folder. */
  readonly scratch: () => Promise<{ store: CheckpointStore; remove: () => Promise<void> }>;
  readonly clock: () => number;
  readonly sliceMsMax: number;
}

/** The live state of one partition at a position. */
export interface Served {
  readonly partition: number;
  readonly at: Sequence;
  readonly hash: string;
}

/**
 * Replays all partitions together from their first events, with merges of their own, through every promotion and once
 * through a checkpoint in a scratch folder, and compares the canonical state with the one that is served.
 */
export async function verifyLive(
  deps: VerificationDeps,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const served = await deps.takeServed();
  const total = served.reduce((sum, { at }) => sum + at + 1, 0);
  const scratch = await deps.scratch();
  let replayed: readonly string[];
  try {
    replayed = await replayCleanly(deps, scratch.store, served, signal, (done) => {
      onProgress(done, total);
    });
  } finally {
    await scratch.remove();
  }
  const hash = combineStateHashes(replayed);
  const differing = served.filter(({ hash: live }, index) => live !== replayed[index]);
  return {
    equal: differing.length === 0,
    hash,
    live: combineStateHashes(served.map((one) => one.hash)),
    positions: served.map(({ partition, at }) => formatPosition({ partition, sequence: at })),
    events: total,
    differing: differing.map(({ partition }) => partition),
  };
}

async function replayCleanly(
  deps: VerificationDeps,
  store: CheckpointStore,
  served: readonly Served[],
  signal: AbortSignal,
  onDone: (events: number) => void,
): Promise<readonly string[]> {
  const [first] = await deps.registry.list();
  if (first === undefined) throw new RepriseError('NOT_FOUND', 'no model version is registered');
  const parts = served.map(({ partition, at }): Part<string> => ({
    runtime: deps.maker.create(first.definition, partition),
    swap: {
      at: sequence(Math.floor(at / 2)),
      by: (runtime) => throughCheckpoint(deps, store, runtime),
    },
    until: at,
    visit: (runtime) => runtime.stateHash(deps.identities.all()),
  }));
  const { journal, clean: versions, sliceMsMax, clock } = deps;
  const merges = new ScratchMerges({ partitions: parts.length, yieldNow });
  const done = served.map(() => 0);
  const onProgress = (partition: number, position: Sequence): void => {
    done[partition] = Math.min(position, served[partition]?.at ?? ORIGIN) + 1;
    onDone(done.reduce((sum, one) => sum + one, 0));
  };
  const hashes = await replayTogether(
    { journal, versions, sink: undefined, merges, yieldNow, sliceMsMax, clock, onProgress },
    parts,
    signal,
  );
  return hashes.map((hash) => hash ?? '');
}

/** What was learned so far, written to a file and read back. */
async function throughCheckpoint(
  deps: VerificationDeps,
  store: CheckpointStore,
  half: PartitionRuntime,
): Promise<PartitionRuntime> {
  if (half.position === ORIGIN) return half;
  await store.save(await half.capture());
  const { definition, partition } = half;
  const kept = await store.newest({ version: definition.version, partition });
  if (kept === undefined)
    throw new RepriseError('DAMAGED', 'a checkpoint just written cannot be read');
  return deps.maker.restore(definition, partition, kept.checkpoint);
}

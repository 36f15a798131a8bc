import { combineStateHashes } from '../../model/state-hash.ts';
import type { CheckpointStore } from '../../activities/checkpoint-store.ts';
import { follow } from '../../activities/follower.ts';
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
 * Replays every partition from its first event, through every promotion and once through a checkpoint in a scratch
 * folder, and compares the canonical state with the one that is served.
 */
export async function verifyLive(
  deps: VerificationDeps,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const served = await deps.takeServed();
  const total = served.reduce((sum, { at }) => sum + at + 1, 0);
  const scratch = await deps.scratch();
  const replayed: string[] = [];
  let before = 0;
  try {
    for (const { partition, at } of served) {
      const done = before;
      const runtime = await replayCleanly(
        deps,
        scratch.store,
        { partition, at },
        signal,
        (position) => {
          onProgress(done + position + 1, total);
        },
      );
      replayed.push(await runtime.stateHash(deps.identities.all()));
      before += at + 1;
    }
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
  { partition, at }: { partition: number; at: Sequence },
  signal: AbortSignal,
  onPosition: (position: Sequence) => void,
): Promise<PartitionRuntime> {
  const [first] = await deps.registry.list();
  if (first === undefined) throw new RepriseError('NOT_FOUND', 'no model version is registered');
  const replay = async (runtime: PartitionRuntime, until: Sequence): Promise<PartitionRuntime> => {
    if (runtime.position >= until) return runtime;
    const { journal, clean: versions, sliceMsMax, clock } = deps;
    const reached = await follow(
      {
        journal,
        runtime,
        versions,
        sink: ignore,
        yieldNow,
        sliceMsMax,
        clock,
        onProgress: onPosition,
      },
      { until, signal },
    );
    signal.throwIfAborted();
    return reached;
  };
  const half = await replay(
    deps.maker.create(first.definition, partition),
    sequence(Math.floor(at / 2)),
  );
  if (half.position === ORIGIN) return replay(half, at);
  await store.save(await half.capture());
  const { version } = half.definition;
  const kept = await store.newest({ version, partition });
  if (kept === undefined)
    throw new RepriseError('DAMAGED', 'a checkpoint just written cannot be read');
  return replay(await deps.maker.restore(half.definition, partition, kept.checkpoint), at);
}

function ignore(): void {
  // A verification serves nobody: its deltas go nowhere.
}

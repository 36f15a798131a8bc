import { combineStateHashes } from '../../model/state-hash.ts';
import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import { replayTogether, type Part } from '../../activities/replay/replay-together.ts';
import { ScratchMerges } from '../../activities/merges/scratch-merges.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { RuntimeMaker, VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type { OnProgress } from '../../api/deps.ts';
import type { VerifyReport } from '../../api/schema/verification.ts';
import { RepriseError } from '../../events/error.ts';
import type { IdentityStore } from '../../events/identity.ts';
import type { Journal } from '../../events/journal.ts';
import type { Sequence } from '../../events/position.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import { compareRetained } from './retained-states.ts';
import type { RetainedDeps, RetainedReport } from './retained-states.ts';

/** What a verification reads. */
export interface VerificationDeps {
  readonly journal: Journal;
  readonly identities: IdentityStore;
  readonly registry: VersionRegistry;
  readonly maker: RuntimeMaker;
  /** Builds versions from their bases alone: no checkpoint of the live follower is trusted. */
  readonly clean: VersionRuntimes;
  /** Takes the states to compare with, one a partition. */
  readonly takeServed: () => Promise<readonly Served[]>;
  /** A checkpoint store in a scratch folder, and how to remove the folder. */
  readonly scratch: () => Promise<{ store: CheckpointStore; remove: () => Promise<void> }>;
  readonly clock: () => number;
  readonly yieldNow: () => Promise<void>;
  readonly sliceMsMax: number;
  /** What versions leave behind on their way; absent where that is read nowhere. */
  readonly retained?: Omit<RetainedDeps, 'yieldNow'>;
}

/** The state of one partition of a version at a position. */
export interface Served {
  readonly version: string;
  readonly partition: number;
  readonly at: Sequence;
  readonly hash: string;
}

/** How a version is verified. */
export interface VerificationWish {
  /** Whether it serves: then the replay goes through every promotion, from the first version on. */
  readonly isLive: boolean;
  /** Whether all that it left behind is compared, though the state is equal. */
  readonly full: boolean;
}

/**
 * Replays all partitions together from their first events, with merges of their own, through every promotion and once
 * through a checkpoint in a scratch folder, and compares the canonical state with the one that is held. Where it
 * differs, a second replay from the version's bases finds where it parts from what the version left behind on its way.
 */
export async function verifyVersion(
  deps: VerificationDeps,
  wish: VerificationWish,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<VerifyReport> {
  const served = await deps.takeServed();
  const events = served.reduce((sum, { at }) => sum + at + 1, 0);
  const total = wish.full ? 2 * events : events;
  const replayed = await replayInScratch(deps, served, wish, signal, (done) => {
    onProgress(done, total);
  });
  const differing = served.filter(({ hash: held }, index) => held !== replayed[index]);
  const isAsked = wish.full || differing.length > 0;
  const retained = isAsked
    ? await retainedOf(deps, served, signal, (done) => {
        onProgress(events + done, 2 * events);
      })
    : undefined;
  return {
    equal: differing.length === 0,
    version: served[0]?.version ?? '',
    hash: combineStateHashes(replayed),
    live: combineStateHashes(served.map((one) => one.hash)),
    positions: served.map(({ partition, at }) => formatPosition({ partition, sequence: at })),
    events,
    differing: differing.map(({ partition }) => partition),
    ...retained,
  };
}

async function retainedOf(
  { retained, registry, yieldNow }: VerificationDeps,
  served: readonly Served[],
  signal: AbortSignal,
  onDone: (events: number) => void,
): Promise<RetainedReport | undefined> {
  if (retained === undefined) return undefined;
  const known = await registry.get(served[0]?.version ?? '');
  if (known === undefined) return undefined;
  return compareRetained({ ...retained, yieldNow }, known.definition, served, onDone, signal);
}

async function replayInScratch(
  deps: VerificationDeps,
  served: readonly Served[],
  wish: VerificationWish,
  signal: AbortSignal,
  onDone: (events: number) => void,
): Promise<readonly string[]> {
  const scratch = await deps.scratch();
  try {
    return await replayCleanly(deps, scratch.store, served, wish, signal, onDone);
  } finally {
    await scratch.remove();
  }
}

async function replayCleanly(
  deps: VerificationDeps,
  store: CheckpointStore,
  served: readonly Served[],
  { isLive }: VerificationWish,
  signal: AbortSignal,
  onDone: (events: number) => void,
): Promise<readonly string[]> {
  const parts: Part<string>[] = [];
  for (const one of served) {
    const runtime = await startOf(deps, one, isLive);
    parts.push({
      runtime,
      swap: {
        at: sequence(Math.max(runtime.position, Math.floor(one.at / 2))),
        by: (half) => throughCheckpoint(deps, store, half),
      },
      until: one.at,
      visit: (reached) => reached.stateHash(deps.identities.all()),
    });
  }
  const { journal, clean, yieldNow, sliceMsMax, clock } = deps;
  const versions = isLive ? clean : undefined;
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

/** Where a clean replay begins: at the first version of all, or at the bases of the one that is verified. */
async function startOf(
  { registry, maker, clean }: VerificationDeps,
  { version, partition, at }: Served,
  isLive: boolean,
): Promise<PartitionRuntime> {
  if (!isLive) return clean.startOf(version, partition, at);
  const [first] = await registry.list();
  if (first === undefined) throw new RepriseError('NOT_FOUND', 'no model version is registered');
  return maker.create(first.definition, partition);
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

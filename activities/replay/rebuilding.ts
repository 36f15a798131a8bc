import type { LeftOut, VersionDefinition } from '../../actors/runtime/definition.ts';
import type { Journal } from '../../events/journal.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { currentHead } from './current-head.ts';
import type { OneAtATime } from '../one-at-a-time.ts';
import type { Promotion } from '../training/training.ts';
import type { RegisteredVersion, VersionRegistry } from '../versions/version-registry.ts';
import { differingBetween, originOf } from '../versions/version-origin.ts';
import type { OriginWish } from '../versions/version-origin.ts';

/** What building a version anew needs from outside. */
export interface RebuildingDeps {
  readonly journal: Pick<Journal, 'head' | 'read' | 'partitions'>;
  readonly registry: Pick<VersionRegistry, 'get' | 'list' | 'base' | 'register' | 'nextName'>;
  readonly checkpoints: Pick<CheckpointStore, 'newest' | 'save'>;
  /** The version that serves. */
  readonly live: () => string | Promise<string>;
  /** Makes a version live; resolves when every partition has taken it over. */
  readonly promote: (version: string, signal: AbortSignal) => Promise<Promotion>;
  /** In which promotions of versions that were built anew come, whatever they were built for. */
  readonly promotions: OneAtATime;
  readonly clock: () => number;
  readonly yieldNow: () => Promise<void>;
}

/** A version to replay before it is promoted. */
export interface RebuildPlan {
  readonly version: string;
  /** Whose events it leaves out. */
  readonly users: number;
  /** Where its replay begins and where it is to come, one sequence a partition. */
  readonly from: readonly number[];
  readonly heads: readonly number[];
}

/** What a version is to be built as. */
export interface Rebuilt extends OriginWish {
  readonly version: string;
  /** The version that it takes the place of. */
  readonly parent: string;
  /** The first sequence, by partition, at which it differs from its parent; null where it does not. */
  readonly first: readonly (number | null)[];
}

/** Registers a version that leaves events out, and tells where its replay begins. Doing so again changes nothing. */
export async function registerRebuilt(
  deps: RebuildingDeps,
  rebuilt: Rebuilt,
): Promise<{ readonly origin: string; readonly from: readonly number[] }> {
  const { version, parent, leftOut } = rebuilt;
  const { known, bases } = await originOf(deps.registry, parent, rebuilt);
  const { baseSha256: _base, leftOut: _leftOut, ...definition } = known.definition;
  await deps.registry.register(
    {
      definition: { ...definition, version, ...(leftOut.length > 0 && { leftOut }) },
      parent,
      createdMs: Math.floor(deps.clock()),
      trainedBy: null,
      metrics: {},
    },
    bases?.map((base) => ({ ...base, manifest: { ...base.manifest, version } })) ?? null,
  );
  return { origin: known.definition.version, from: await startsOf(deps, rebuilt, known) };
}

/**
 * Where the replay begins. What a version had learned before the first event in question is what the new one has
 * learned there, so its checkpoint is taken over. Where partitions meet at barriers, all are replayed from their start.
 */
async function startsOf(
  { checkpoints, journal }: RebuildingDeps,
  { version, parent, first, leftOut }: Rebuilt,
  { definition }: RegisteredVersion,
): Promise<readonly number[]> {
  const { start }: Pick<VersionDefinition, 'start'> = definition;
  if (start.length > 1 || definition.version !== parent) return start;
  const differing = differingBetween(definition.leftOut, leftOut);
  const firsts = [
    first[0] ?? journal.head(0) + 1,
    ...differing.map(({ from }) => fromOf(from) + 1),
  ];
  const atMost = Math.min(...firsts) - 1;
  const before = await checkpoints.newest({ version: parent, partition: 0, atMost });
  if (before === undefined) return start;
  const { saved, checkpoint } = before;
  await checkpoints.save({
    manifest: { ...checkpoint.manifest, version, parent: saved.sha256 },
    tensors: checkpoint.tensors,
  });
  return [saved.sequence];
}

function fromOf([from = -1]: LeftOut['from']): number {
  return from;
}

/** The heads of all partitions. */
export function headsOf({ journal }: Pick<RebuildingDeps, 'journal'>): Promise<readonly number[]> {
  const partitions = Array.from({ length: journal.partitions }, (_, partition) => partition);
  return Promise.all(partitions.map((partition) => currentHead(journal, partition)));
}

/**
 * Promotes a version that was built in the place of another, unless a third one is live by now: undefined then, for it
 * may have been built for something else, and the version has to be built on that.
 */
export function promoteRebuilt(
  deps: RebuildingDeps,
  { version, parent }: { readonly version?: string; readonly parent?: string },
  signal: AbortSignal,
): Promise<Promotion | undefined> {
  return deps.promotions.do(async () => {
    const live = await deps.live();
    if (version === undefined || (live !== parent && live !== version)) return undefined;
    return deps.promote(version, signal);
  });
}

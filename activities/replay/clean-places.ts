import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import type { IdentityStore } from '../../events/identity.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import { StateDigest } from '../../projections/state-digest.ts';
import type { FollowerDeps } from './follower.ts';
import { replayTogether, type Part } from './replay-together.ts';
import { ScratchMerges } from '../merges/scratch-merges.ts';
import type { VersionRuntimes } from '../versions/version-runtimes.ts';

/** What a clean replay is made with. */
export interface CleanPlacesDeps extends Pick<
  FollowerDeps,
  'journal' | 'yieldNow' | 'sliceMsMax' | 'clock'
> {
  readonly identities: Pick<IdentityStore, 'all'>;
  /** Builds versions from their bases alone. */
  readonly clean: Pick<VersionRuntimes, 'startOf'>;
}

/** Where a clean replay of one partition is looked at. */
export interface Places {
  /** Where its rows are asked for, ascending. */
  readonly rows: readonly number[];
  /** Where its whole state is hashed, too. */
  readonly states: ReadonlySet<number>;
}

/** What a clean replay gives at a place. */
export interface CleanState {
  readonly rows: string;
  /** Undefined where it wasn't asked for. */
  readonly hash: string | undefined;
}

/** Replays a version from its bases, all partitions together, and tells what it is at each of the places. */
export async function cleanPlaces(
  deps: CleanPlacesDeps,
  definition: VersionDefinition,
  places: readonly Places[],
  onProgress: (partition: number, at: number) => void,
  signal: AbortSignal,
): Promise<readonly ReadonlyMap<number, CleanState>[]> {
  const { journal, yieldNow, sliceMsMax, clock, identities } = deps;
  const digests = places.map(() => new StateDigest());
  const found = places.map(() => new Map<number, CleanState>());
  const parts: Part<void>[] = [];
  for (const [partition, { rows, states }] of places.entries()) {
    const until = rows.at(-1);
    const look = async (runtime: PartitionRuntime): Promise<void> => {
      const { position } = runtime;
      const hash = states.has(position) ? await runtime.stateHash(identities.all()) : undefined;
      found[partition]?.set(position, { rows: digests[partition]?.hex ?? '', hash });
    };
    parts.push({
      runtime: await deps.clean.startOf(
        definition.version,
        partition,
        sequence(until ?? definition.start[partition] ?? ORIGIN),
      ),
      until: until === undefined ? undefined : sequence(until),
      stops: { places: rows.map((at) => sequence(at)), look },
      visit: () => Promise.resolve(),
    });
  }
  await replayTogether(
    {
      ...{ journal, yieldNow, sliceMsMax, clock },
      merges: new ScratchMerges({ partitions: parts.length, yieldNow }),
      versions: undefined,
      sink: async (delta) => {
        const steps = digests[delta.partition]?.fold(delta);
        while (steps?.next().done === false) await yieldNow();
      },
      onProgress,
    },
    parts,
    signal,
  );
  return found;
}

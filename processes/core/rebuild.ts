import { follow } from '../../activities/replay/follower.ts';
import type { LivePartition } from '../../activities/replay/live-partition.ts';
import type { RuntimeMaker, VersionRuntimes } from '../../activities/versions/version-runtimes.ts';
import type { OnProgress } from '../../api/deps.ts';
import type { RebuildReport } from '../../api/schema/answers.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import { formatPosition, ORIGIN } from '../../events/position.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { MergeExchange } from '../../activities/merges/merge-exchange.ts';
import type { ItemCatalogue } from '../../projections/items.ts';
import { followItems } from '../../projections/items.ts';
import type { StateTrail } from '../../projections/state-trail.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import { yieldNow } from './yield-now.ts';

/** The projections that deltas feed: they hold one state and are rebuilt together. */
const FED_BY_DELTAS = ['users', 'vectors', 'popular', 'dead-letters'] as const;

/** Every projection that can be rebuilt, by name. */
export const PROJECTIONS: readonly string[] = [...FED_BY_DELTAS, 'items'];

/** What a rebuild works on. */
export interface RebuildDeps {
  readonly journal: Journal;
  readonly live: readonly LivePartition[];
  /** Builds versions from their bases alone. */
  readonly clean: VersionRuntimes;
  readonly maker: RuntimeMaker;
  /** Where live partitions meet at barriers. */
  readonly merges: MergeExchange;
  readonly serving: ServingState;
  /** What the live states were on their way. */
  readonly trails: readonly StateTrail[];
  readonly catalogue: ItemCatalogue;
  readonly clock: () => number;
  readonly sliceMsMax: number;
}

/**
 * Rebuilds projections from the journal: the live version is replayed from its base beside the one that serves, which
 * answers until the new state takes its place at once.
 */
export async function rebuildProjections(
  deps: RebuildDeps,
  asked: readonly string[],
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<RebuildReport> {
  const { projections, fed, items } = chosenProjections(asked);
  let events = 0;
  if (fed) {
    const fresh = await replayFresh(deps, signal, onProgress);
    for (const [index, live] of deps.live.entries()) {
      const runtime = fresh[index];
      if (runtime === undefined) continue;
      events += runtime.position - (runtime.definition.start[runtime.partition] ?? ORIGIN);
      await replaceBy(deps, live, runtime, signal);
    }
  }
  if (items) {
    await deps.catalogue.drop();
    await followItems(deps.journal, deps.catalogue, { live: false, signal });
  }
  const positions = deps.live.map(({ runtime }) =>
    formatPosition({ partition: runtime.partition, sequence: runtime.position }),
  );
  return { projections, positions, events };
}

/** What a rebuild has to do: projections that one state holds are rebuilt together. */
export interface ChosenProjections {
  readonly projections: readonly string[];
  /** Whether those are among them that deltas feed. */
  readonly fed: boolean;
  readonly items: boolean;
}

/** Reads which projections are asked for, all where none is named; throws INVALID where there is none of a name. */
export function chosenProjections(asked: readonly string[]): ChosenProjections {
  const unknown = asked.find((name) => !PROJECTIONS.includes(name));
  if (unknown !== undefined) {
    throw new RepriseError(
      'INVALID',
      `projections names ${unknown}, which there is not: choose from ${PROJECTIONS.join(', ')}`,
      { field: 'projections' },
    );
  }
  const chosen = asked.length === 0 ? PROJECTIONS : asked;
  const fed = FED_BY_DELTAS.some((name) => chosen.includes(name));
  const items = chosen.includes('items');
  const projections = PROJECTIONS.filter((name) => (name === 'items' ? items : fed));
  return { projections, fed, items };
}

/** Replays every partition from its base to where its live state stands. */
async function replayFresh(
  { live, clean, maker }: RebuildDeps,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<readonly PartitionRuntime[]> {
  const stands = live.map(({ runtime }) => runtime);
  const version = stands[0]?.definition.version ?? '';
  const startOf = ({ definition, partition }: PartitionRuntime): number =>
    definition.start[partition] ?? ORIGIN;
  const total = stands.reduce((sum, one) => sum + one.position - startOf(one), 0);
  const done = stands.map(() => 0);
  return clean.visitAt(
    version,
    new Map(stands.map(({ partition, position }) => [partition, position])),
    // A runtime among many is moved on for the others' sake: a copy stays where it is.
    async (runtime) =>
      live.length === 1
        ? runtime
        : maker.restore(runtime.definition, runtime.partition, await runtime.capture()),
    {
      signal,
      onProgress: (at, _until, partition) => {
        const stand = stands[partition];
        if (stand !== undefined) done[partition] = at - startOf(stand);
        onProgress(
          done.reduce((sum, one) => sum + one, 0),
          total,
        );
      },
    },
  );
}

async function replaceBy(
  deps: RebuildDeps,
  live: LivePartition,
  fresh: PartitionRuntime,
  signal: AbortSignal,
): Promise<void> {
  await live.replace(async (current) => {
    if (current.definition.version !== fresh.definition.version) {
      throw new RepriseError('CONFLICT', 'a model was promoted meanwhile: run the rebuild again');
    }
    const { journal, merges, clock, sliceMsMax } = deps;
    const versions = undefined;
    const sink = undefined;
    const caughtUp = await follow(
      { journal, runtime: fresh, versions, sink, merges, yieldNow, sliceMsMax, clock },
      { until: current.position, signal },
    );
    signal.throwIfAborted();
    const whole = await caughtUp.takeWhole();
    await deps.trails[fresh.partition]?.applyWhole(whole, yieldNow);
    await deps.serving.applyWhole(whole, yieldNow);
    return caughtUp;
  });
}

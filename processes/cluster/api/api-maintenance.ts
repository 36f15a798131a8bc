import { follow } from '../../../activities/replay/follower.ts';
import type { MergeExchange } from '../../../activities/merges/merge-exchange.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import type { MaintenancePort, OnProgress } from '../../../api/deps.ts';
import type { RebuildReport } from '../../../api/schema/answers.ts';
import { RepriseError } from '../../../events/error.ts';
import { exportEvents, tellEvents } from '../../../events/export-events.ts';
import { formatPosition, ORIGIN, sequence } from '../../../events/position.ts';
import type { ItemCatalogue } from '../../../projections/items.ts';
import { followItems } from '../../../projections/items.ts';
import type { PopularStore } from '../../../projections/popular-store.ts';
import type { ServingState } from '../../../projections/serving-state.ts';
import type { UserStore } from '../../../projections/user-store.ts';
import type { Counts } from '../../core/counts.ts';
import { chosenProjections } from '../../core/rebuild.ts';
import { stateHashAnswer } from '../../core/state-hash.ts';
import { yieldNow } from '../../core/yield-now.ts';
import { wholeStateOf } from '../checkpoint-states.ts';
import type { StatePlace } from '../checkpoint-states.ts';
import { headsOfNow } from '../heads-of-now.ts';
import type { ServingFeed } from './serving-feed.ts';
import { movedStates, proveVersion } from '../version-proof.ts';
import type { VersionProofDeps } from '../version-proof.ts';

/** What maintenance of the cluster works on. */
export interface ApiMaintenanceDeps extends VersionProofDeps {
  /** Where movers meet at barriers; undefined where there is one partition. */
  readonly merges: MergeExchange | undefined;
  readonly serving: ServingState;
  readonly feed: Pick<ServingFeed, 'replace'>;
  readonly catalogue: ItemCatalogue;
  readonly users: Pick<UserStore, 'drop'>;
  readonly popular: Pick<PopularStore, 'drop'>;
  readonly counts: () => Counts;
}

/** The operations behind `verify`, `rebuild` and `export`, over what all processes share. */
export function createApiMaintenance(deps: ApiMaintenanceDeps): MaintenancePort {
  const { journal, identities } = deps.stores;
  return {
    rebuild: (projections, onProgress, signal) => rebuild(deps, projections, onProgress, signal),
    verify: (request, onProgress, signal) => proveVersion(deps, request, onProgress, signal),
    stateHash: async (version, after) => {
      onlyLive(deps, version);
      const states = await movedStates(deps, after, new AbortController().signal);
      return stateHashAnswer(states, deps.counts());
    },
    async *exportEvents(after) {
      await headsOfNow(journal);
      for await (const event of exportEvents(journal, identities, after)) yield { ...event };
    },
    async *tellEvents(after) {
      await headsOfNow(journal);
      yield* tellEvents(journal, identities, after);
    },
  };
}

function onlyLive({ serving }: ApiMaintenanceDeps, version: string | undefined): void {
  if (version === undefined || version === serving.partition(0).version) return;
  throw new RepriseError('INVALID', `version ${version} is not live: leave version out`, {
    field: 'version',
  });
}

/**
 * Drops what all processes share, which workers fill again from the journal, and replays what this process answers from;
 * the state that serves answers until the new one takes its place at once.
 */
async function rebuild(
  deps: ApiMaintenanceDeps,
  asked: readonly string[],
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<RebuildReport> {
  const { serving, catalogue, stores } = deps;
  const { projections, fed, items } = chosenProjections(asked);
  let events = 0;
  if (fed) {
    await deps.users.drop();
    await deps.popular.drop();
    for (const runtime of await replayFresh(deps, onProgress, signal)) {
      events += runtime.position - startOf(runtime);
      await replaceBy(deps, runtime, signal);
    }
  }
  if (items) {
    await catalogue.drop();
    await followItems(stores.journal, catalogue, { live: false, signal });
  }
  const positions = Array.from({ length: serving.partitions }, (_, partition) =>
    formatPosition({ partition, sequence: serving.position(partition) }),
  );
  return { projections, positions, events };
}

/** Replays all partitions together, from their bases to where each of them serves. */
async function replayFresh(
  { serving, clean, maker, stores }: ApiMaintenanceDeps,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<readonly PartitionRuntime[]> {
  const { version } = serving.partition(0);
  const start = (await stores.registry.get(version))?.definition.start ?? [];
  const ats = new Map(
    Array.from({ length: serving.partitions }, (_, partition) => [
      partition,
      sequence(serving.position(partition)),
    ]),
  );
  const done = [...ats.keys()].map((partition) => start[partition] ?? ORIGIN);
  const total = [...ats.values()].reduce(
    (sum, at, partition) => sum + at - (done[partition] ?? 0),
    0,
  );
  const begun = done.reduce((sum, at) => sum + at, 0);
  return clean.visitAt(
    version,
    ats,
    // A runtime among many is moved on for the others' sake: a copy stays where it is.
    async (runtime) =>
      ats.size === 1
        ? runtime
        : maker.restore(runtime.definition, runtime.partition, await runtime.capture()),
    {
      signal,
      onProgress: (at, _until, partition) => {
        done[partition] = at;
        onProgress(done.reduce((sum, one) => sum + one, 0) - begun, total);
      },
    },
  );
}

function startOf({ definition, partition }: PartitionRuntime): number {
  return definition.start[partition] ?? ORIGIN;
}

/** Puts a replayed state in the place of the one that serves. */
async function replaceBy(
  deps: ApiMaintenanceDeps,
  fresh: PartitionRuntime,
  signal: AbortSignal,
): Promise<void> {
  await deps.feed.replace(fresh.partition, async (at) => {
    signal.throwIfAborted();
    return wholeStateOf(await caughtUp(deps, fresh, at, signal));
  });
}

/** Brings a runtime to where the feed stands. */
async function caughtUp(
  { stores, merges, clock, sliceMsMax }: ApiMaintenanceDeps,
  runtime: PartitionRuntime,
  at: StatePlace,
  signal: AbortSignal,
): Promise<PartitionRuntime> {
  if (at.version !== runtime.definition.version) {
    throw new RepriseError('CONFLICT', 'a model was promoted meanwhile: run the rebuild again');
  }
  const { journal } = stores;
  const reached = await follow(
    {
      ...{ journal, runtime, yieldNow, sliceMsMax, clock },
      ...(merges && { merges }),
      versions: undefined,
      // The rebuilt state is handed over whole at the end.
      sink: () => undefined,
    },
    { until: sequence(at.sequence), signal },
  );
  signal.throwIfAborted();
  return reached;
}

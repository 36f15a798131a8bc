import type {
  CheckpointLinks,
  CheckpointLinksDeps,
} from '../../../activities/replay/checkpoint-links.ts';
import type { CheckpointStore } from '../../../activities/replay/checkpoint-store.ts';
import type { FollowerDeps, VersionSource } from '../../../activities/replay/follower.ts';
import { follow } from '../../../activities/replay/follower.ts';
import type { Fence, FenceStore } from '../../../activities/replay/fences.ts';
import type { LiveMerges } from '../../../activities/merges/live-merges.ts';
import type { MergeExchange } from '../../../activities/merges/merge-exchange.ts';
import { Phases } from '../../../activities/phases.ts';
import { LivePartition } from '../../../activities/replay/live-partition.ts';
import type { LivePartitionBounds } from '../../../activities/replay/live-partition.ts';
import type { VersionRuntimes } from '../../../activities/versions/version-runtimes.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import type { PrequentialObserver } from '../../../actors/runtime/prequential-observer.ts';
import type { Sequence } from '../../../events/position.ts';
import { sequence } from '../../../events/position.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import type { DeltaWriter } from '../../../projections/delta-feed.ts';
import type { PopularFold, PopularStore } from '../../../projections/popular-store.ts';
import type { UserStore } from '../../../projections/user-store.ts';
import { StateTrail } from '../../../projections/state-trail.ts';
import type { ToldMarks } from '../../../adapters/cluster/told-marks.ts';
import type { Logger } from '../../logger.ts';
import { CatchUp } from './catch-up.ts';
import { createDeltaSink } from './delta-sink.ts';
import type { DeltaSinkDeps } from './delta-sink.ts';
import { FenceWatch } from './fence-watch.ts';
import { HeldPartition } from './held-partition.ts';
import type { HeldVersions } from './held-versions.ts';
import { KeptBarriers } from './kept-barriers.ts';
import { MarkTelling } from './mark-telling.ts';
import type { Patience } from '../servers/patience.ts';
import { patientJournal, patientMerges, patientVersions } from '../servers/patient-reads.ts';
import { countPopular } from './popular-feed.ts';
import { UsersFeed } from './users-feed.ts';

/** Writes deltas, and knows where a partition's stream ends. */
export interface DeltaStream extends DeltaWriter {
  end(partition: number): Promise<{ readonly to: Sequence } | undefined>;
}

/** What partitions are taken with. */
export interface TakingDeps extends Pick<FollowerDeps, 'yieldNow' | 'sliceMsMax' | 'clock'> {
  readonly journal: FollowerDeps['journal'];
  readonly versions: Pick<VersionRuntimes, 'recover' | 'runtimeAt' | 'isRetired'>;
  readonly checkpoints: Pick<CheckpointStore, 'save'>;
  /** Saves them tied to what each continues, by one for each taking; as they are where absent. */
  readonly linked?: (
    checkpoints: Pick<CheckpointStore, 'save'>,
    rowsAt: CheckpointLinksDeps['rowsAt'],
  ) => Pick<CheckpointLinks, 'save'>;
  readonly fences: FenceStore;
  readonly stream: DeltaStream;
  readonly users: UserStore;
  readonly popular: PopularStore;
  readonly fold: PopularFold;
  readonly bounds: Pick<LivePartitionBounds, 'checkpointEventsMax' | 'checkpointMsMax'>;
  /** Where partitions meet at barriers; absent where there is one partition. */
  readonly merges?: Pick<LiveMerges, 'contribute' | 'take' | 'waiting'> | undefined;
  /** Who looks at what a version is to learn. */
  readonly observerOf: (version: string) => PrequentialObserver;
  /** The versions that are held beside the live one; absent where none are. */
  readonly beside?: Pick<HeldVersions, 'retire' | 'wake' | 'standsOf' | 'save' | 'drop'>;
  /** Where marks of the rows are told; absent where they stay here. */
  readonly marks?: Pick<ToldMarks, 'add'>;
  /** Called when a slice was learned. */
  readonly onLearned?: DeltaSinkDeps['onLearned'];
  readonly logger: Logger;
}

/** After it there is nothing to read: only the head is asked for. */
const PAST_EVERYTHING = sequence(Number.MAX_SAFE_INTEGER);

/** How a partition ends by itself. */
export type OnLost = (error: unknown) => void;

/**
 * Brings a partition whose fence was taken to where its deltas go on: its newest checkpoint, then the journal up to
 * where the stream ends, so that no delta crosses that place. What stops it later is told.
 */
export async function takePartition(
  fence: Fence,
  deps: TakingDeps,
  onLost: OnLost,
): Promise<HeldPartition> {
  const { partition } = fence;
  const { clock, logger, beside: held } = deps;
  const over = new AbortController();
  const watch = new FenceWatch({ fence, fences: deps.fences, clock });
  const patience: Patience = {
    signal: over.signal,
    onTrouble: (error) => logger.warn({ err: error, partition }, 'waiting for what is down'),
  };
  const trail = new StateTrail();
  // Asked from its own feed alone, which starts when it is there.
  const users: UsersFeed = new UsersFeed({
    ...{ watch, patience, users: deps.users },
    takeWhole: (offer) => offerWhole(live, offer),
  });
  const moves = movesOf(deps, { watch, patience, users, trail });
  const phases = new Phases(clock);
  await phases.of('head', () => seeHead(deps.journal, partition));
  const recovered = await deps.versions.recover(partition, phases);
  const savedAt = recovered.position;
  const runtime = await phases.of('boundary', () =>
    toBoundary(recovered, deps, moves, over.signal),
  );
  const kept = new KeptBarriers();
  const rowsAt = (_: number, at: number): string | undefined => trail.digestAt(at);
  const checkpoints = deps.linked?.(deps.checkpoints, rowsAt) ?? deps.checkpoints;
  const live = new LivePartition(runtime, {
    ...moves,
    ...(held && { onRetired: (retired: PartitionRuntime) => held.retire(retired) }),
    betweenLeases: 'stand',
    savedAt,
    save: async (checkpoint) => {
      const saved = await checkpoints.save(checkpoint);
      kept.saved(checkpoint.manifest);
      return saved;
    },
    onError: (error, what) => {
      logger.warn({ err: error, partition }, `${what} failed`);
      if (what === 'follow') onLost(error);
    },
    bounds: deps.bounds,
    observerOf: deps.observerOf,
  });
  const beside = (what: string, work: Promise<void>): void => {
    work.catch((error: unknown) => {
      if (over.signal.aborted) return;
      logger.warn({ err: error, partition }, `${what} failed`);
      onLost(error);
    });
  };
  beside('storing the users', users.run());
  beside('counting popular items', countPopular({ ...deps, ...moves, watch, patience }));
  const { position } = runtime;
  logger.info({ partition, position, savedAt, tookMs: phases.tookMs }, 'taken');
  const catchUp = new CatchUp({ partition, logger, clock });
  return new HeldPartition({
    ...{ live, watch, users, kept, over, clock, catchUp, ...(held && { beside: held }) },
    ...(deps.marks && { marks: new MarkTelling({ fence, trail, logger, marks: deps.marks }) }),
    waitsFor: () => deps.merges?.waiting.find((one) => one.partition === partition)?.behind ?? [],
  });
}

interface Moves extends Pick<FollowerDeps, 'yieldNow' | 'sliceMsMax' | 'clock'> {
  readonly journal: FollowerDeps['journal'];
  readonly versions: VersionSource;
  readonly sink: (delta: ModelDelta) => Promise<void>;
  readonly merges?: MergeExchange;
}

/** What moves the partition: reads that wait outages out, and the sink that tells what changed. */
function movesOf(
  deps: TakingDeps,
  told: Pick<DeltaSinkDeps, 'watch' | 'patience' | 'users' | 'trail'>,
): Moves {
  const { yieldNow, sliceMsMax, clock, merges, beside, onLearned, stream: writer } = deps;
  const { patience } = told;
  return {
    ...{ yieldNow, sliceMsMax, clock },
    journal: patientJournal(deps.journal, patience),
    versions: patientVersions(deps.versions, patience),
    sink: createDeltaSink({
      ...{ ...told, yieldNow, writer, onLearned },
      onTold: () => beside?.wake(),
    }),
    ...(merges && { merges: patientMerges(merges, patience) }),
  };
}

/** Replays to where the stream and the users end, told to nobody up to the nearer of the two. */
async function toBoundary(
  recovered: PartitionRuntime,
  deps: TakingDeps,
  moves: Moves,
  signal: AbortSignal,
): Promise<PartitionRuntime> {
  const { partition } = recovered;
  const streamed = await deps.stream.end(partition);
  const stored = await deps.users.place(partition);
  await seeHead(deps.journal, partition);
  const head = deps.journal.head(partition);
  const places = [streamed?.to, stored?.position]
    .filter((place) => place !== undefined)
    .filter((place) => place > recovered.position && place <= head)
    .sort((a, b) => a - b);
  const { yieldNow, sliceMsMax, clock } = deps;
  let runtime = recovered;
  for (const [at, place] of places.entries()) {
    const sink = at === 0 ? undefined : moves.sink;
    runtime = await follow(
      { ...moves, ...{ yieldNow, sliceMsMax, clock, runtime, sink } },
      { until: sequence(place), signal },
    );
  }
  return runtime;
}

/** Asks the store where the journal ends: what others appended is known here only once somebody asks. */
async function seeHead(journal: FollowerDeps['journal'], partition: number): Promise<void> {
  await journal.read(partition, PAST_EVERYTHING);
}

async function offerWhole(
  live: LivePartition,
  offer: (whole: ModelDelta) => void,
): Promise<boolean> {
  return live.exclusive(async (runtime) => {
    // Where the stream lacks a delta still, the next one must begin where it ends.
    if (runtime.takenAt !== runtime.position) return false;
    offer(await runtime.takeWhole());
    return true;
  });
}

import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { RuntimeMaker } from '../../activities/versions/version-runtimes.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { RepriseError } from '../../events/error.ts';
import type { Partition } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { ModelDelta } from '../../model/delta.ts';
import { checkpointsOfAll } from '../core/shadow-keeping.ts';

/** Where a reader of a partition's states stands. */
export interface StatePlace {
  readonly version: string;
  readonly sequence: number;
}

/** A whole state, and who goes on with it. */
export interface WholeState {
  readonly delta: ModelDelta;
  /** The runtime that it was taken of, where answers read that itself: only it says what comes after. */
  readonly learner?: PartitionRuntime;
}

/** Takes the whole state of a runtime. */
export async function wholeStateOf(runtime: PartitionRuntime): Promise<WholeState> {
  const delta = await runtime.takeWhole();
  return runtime.isAsked ? { delta, learner: runtime } : { delta };
}

/** Whole states to serve from. */
export interface WholeStates {
  /**
   * The newest state of a partition that lies past a place, undefined where there is none yet. Without a place there
   * always is one: the first version's start.
   */
  newest(partition: Partition, past: StatePlace | undefined): Promise<WholeState | undefined>;
  /**
   * The newest runtime that is kept of a version at a place or before it, live or beside; undefined where none is. Who
   * passes over promotions asks for none.
   */
  before?(partition: Partition, place: StatePlace): Promise<PartitionRuntime | undefined>;
}

/** What runtimes are restored from. */
export interface StatesDeps {
  readonly checkpoints: Pick<CheckpointStore, 'list' | 'newest'>;
  readonly registry: Pick<VersionRegistry, 'get' | 'list'>;
  readonly maker: RuntimeMaker;
}

/** What whole states are read from. */
export interface CheckpointStatesDeps extends StatesDeps {
  /** The states of versions that are held beside the live one. */
  readonly beside: Pick<CheckpointStore, 'newest'>;
}

/** Reads whole states from the checkpoints that movers share. */
export function createCheckpointStates(deps: CheckpointStatesDeps): WholeStates {
  const all = checkpointsOfAll(deps.checkpoints, deps.beside);
  return {
    async before(partition, { version, sequence: atMost }) {
      const found = await all.newest({ version, partition, atMost });
      return found && restored(deps, partition, found.checkpoint);
    },
    async newest(partition, past) {
      if (past === undefined) return wholeStateOf(await newestRuntime(deps, partition));
      const listed = await deps.checkpoints.list(partition);
      if (!listed.some((one) => isPast(one, past))) return undefined;
      const found = await deps.checkpoints.newest({ partition });
      if (found === undefined || !isPast(found.saved, past)) return undefined;
      return wholeStateOf(await restored(deps, partition, found.checkpoint));
    },
  };
}

/** The runtime of a partition's newest checkpoint; the first version's empty start where there is none. */
export async function newestRuntime(
  deps: StatesDeps,
  partition: Partition,
): Promise<PartitionRuntime> {
  const found = await deps.checkpoints.newest({ partition });
  if (found !== undefined) return restored(deps, partition, found.checkpoint);
  const [first] = await deps.registry.list();
  if (first === undefined) throw new RepriseError('NOT_FOUND', 'no model version is registered');
  return deps.maker.create(first.definition, partition);
}

async function restored(
  { registry, maker }: StatesDeps,
  partition: Partition,
  checkpoint: Checkpoint,
): Promise<PartitionRuntime> {
  const { version } = checkpoint.manifest;
  const known = await registry.get(version);
  if (known === undefined) {
    throw new RepriseError(
      'NOT_FOUND',
      `a checkpoint of version ${version} stands here, which is not registered: restore the registry from a backup`,
      { version, partition },
    );
  }
  return maker.restore(known.definition, partition, checkpoint);
}

/** A state of the same position is past a place where a promotion lies between them: none is kept from before one. */
function isPast(one: StatePlace, past: StatePlace): boolean {
  if (one.sequence !== past.sequence) return one.sequence > past.sequence;
  return one.version !== past.version;
}

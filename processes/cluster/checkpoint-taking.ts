import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { CheckpointWishes } from '../../activities/replay/checkpoint-wishes.ts';
import { RepriseError } from '../../events/error.ts';
import { formatPosition, ORIGIN, sequence } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { newestRuntime } from './checkpoint-states.ts';
import type { StatesDeps } from './checkpoint-states.ts';

/** How long it may take until a mover has taken a checkpoint that was wished for. */
export const CHECKPOINT_WAIT_MS_MAX = 30_000;

/** How often it is looked for, and after how many looks it is wished for again. */
const LOOK_MS = 250;
const LOOKS_A_WISH = 8;

/** What taking needs. */
export interface CheckpointTakingDeps extends StatesDeps {
  readonly checkpoints: Pick<CheckpointStore, 'list' | 'newest'>;
  readonly wishes: Pick<CheckpointWishes, 'wish'>;
  readonly clock: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** {@link CHECKPOINT_WAIT_MS_MAX} where absent. */
  readonly waitMsMax?: number;
}

/** The mover's state of a partition at a position or past it, by a checkpoint that is wished for where there is none. */
export async function takeState(
  deps: CheckpointTakingDeps,
  { partition, sequence: atLeast }: Position,
  signal: AbortSignal,
): Promise<PartitionRuntime> {
  const { checkpoints, wishes, clock, sleep, waitMsMax = CHECKPOINT_WAIT_MS_MAX } = deps;
  const endMs = clock() + waitMsMax;
  for (let looks = 0; ; looks += 1) {
    const [newest] = await checkpoints.list(partition);
    if ((newest?.sequence ?? ORIGIN) >= atLeast) {
      const runtime = await newestRuntime(deps, partition);
      if (runtime.position >= atLeast) return runtime;
    }
    if (clock() >= endMs) throw noneTaken({ partition, sequence: atLeast }, waitMsMax);
    if (looks % LOOKS_A_WISH === 0) await wishes.wish(partition);
    await sleep(LOOK_MS, signal);
    signal.throwIfAborted();
  }
}

/** Positions of all partitions: the heads of now, and those that were asked for where they lie further. */
export function furthest(
  heads: readonly number[],
  after: readonly Position[],
): readonly Position[] {
  return heads.map((head, partition) => {
    const asked = after.filter((one) => one.partition === partition).map((one) => one.sequence);
    return { partition, sequence: sequence(Math.max(head, ...asked)) };
  });
}

function noneTaken(position: Position, waitMsMax: number): RepriseError {
  return new RepriseError(
    'UNAVAILABLE',
    `no worker took a checkpoint at ${formatPosition(position)} or past it within ${String(waitMsMax)} ms: see that workers run and keep up`,
    { partition: position.partition },
  );
}

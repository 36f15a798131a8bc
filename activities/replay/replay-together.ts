import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { Sequence } from '../../events/position.ts';
import { follow, type FollowerDeps, type Stops } from './follower.ts';

/** What a replay of all partitions together needs from outside. */
export interface TogetherDeps extends Omit<FollowerDeps, 'runtime' | 'onProgress' | 'onSwitch'> {
  /** Told how far a partition has come. */
  readonly onProgress?: (partition: number, position: Sequence) => void;
}

/** A partition's part in a replay together. */
export interface Part<T> {
  readonly runtime: PartitionRuntime;
  /** Puts another runtime of the same state in the place of the one that stands at a sequence, on the way. */
  readonly swap?: {
    readonly at: Sequence;
    readonly by: (runtime: PartitionRuntime) => Promise<PartitionRuntime>;
  };
  /** Where it stands still on the way from there, or from the start, to `until`. */
  readonly stops?: Stops;
  /** The last sequence to consume before it is visited; undefined for one that only helps the others along. */
  readonly until: Sequence | undefined;
  /** Visits the runtime where it stands at `until`; it may be moved on after. */
  readonly visit: (runtime: PartitionRuntime) => Promise<T>;
}

/**
 * Replays partitions side by side, so that they give and take at barriers: one that has been visited goes on for as
 * long as another one may wait for it. Returns what the visits gave, in the order of the parts.
 */
export async function replayTogether<T>(
  deps: TogetherDeps,
  parts: readonly Part<T>[],
  signal: AbortSignal,
): Promise<readonly (T | undefined)[]> {
  const over = new AbortController();
  const end = (): void => {
    over.abort();
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  let awaited = parts.filter(({ until }) => until !== undefined).length;
  const play = async ({ runtime, swap, stops, until, visit }: Part<T>): Promise<T | undefined> => {
    const { onProgress, ...rest } = deps;
    const { partition } = runtime;
    const one = { ...rest, onProgress: (at: Sequence) => onProgress?.(partition, at) };
    let visited: T | undefined;
    let reached = runtime;
    if (swap !== undefined) {
      reached = await follow({ ...one, runtime }, { until: swap.at, signal: over.signal });
      if (reached.position < swap.at) return undefined;
      reached = await swap.by(reached);
    }
    if (until !== undefined) {
      const way = { until, signal: over.signal, ...(stops && { stops }) };
      reached = await follow({ ...one, runtime: reached }, way);
      if (reached.position < until) return undefined;
      visited = await visit(reached);
      awaited -= 1;
      if (awaited === 0) end();
    }
    await follow({ ...one, runtime: reached }, { signal: over.signal });
    return visited;
  };
  try {
    const played = parts.map((part) =>
      play(part).catch((error: unknown) => {
        end();
        throw error;
      }),
    );
    const settled = await Promise.allSettled(played);
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    signal.throwIfAborted();
    return await Promise.all(played);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

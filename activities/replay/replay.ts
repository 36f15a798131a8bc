import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import { sequence } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import { beating, isShutdown } from '../beating.ts';
import type { LivePartition } from './live-partition.ts';
import type { Shadows } from '../versions/shadows.ts';
import type { VersionRuntimes } from '../versions/version-runtimes.ts';

/** What the replay activities need from outside. */
export interface ReplayDeps {
  readonly journal: Pick<Journal, 'head'>;
  /** The live partition of a number; undefined where there is none. */
  readonly live: (partition: number) => Leased | undefined | Promise<Leased | undefined>;
  /**
   * The task queue of this worker alone, where there are several: the next lease of a partition goes there first;
   * undefined where another worker is to take it.
   */
  readonly ownQueue?: (partition: number) => string | undefined;
  readonly versions: Pick<VersionRuntimes, 'advanceShadow'>;
  /** Where versions follow by themselves once they are built; absent where none is held. */
  readonly shadows?: Pick<Shadows, 'advance'>;
}

/** A partition that can be leased. */
export type Leased = Pick<LivePartition, 'lease' | 'exclusive' | 'runtime'>;

/** Which partition to hold, and for how long. */
export interface LeaseInput {
  readonly partition: number;
  readonly leaseMs: number;
}

/** Where a lease ended. */
export interface LeaseResult {
  readonly version: string;
  /** The last sequence consumed. */
  readonly position: number;
  readonly head: number;
  /** Where the next lease is best asked for. */
  readonly queue?: string;
}

/** Which version's shadow to bring where. */
export interface ShadowInput extends LeaseInput {
  readonly version: string;
  readonly to: number;
  /** True where the version follows the stream by itself once it is there. */
  readonly follows?: boolean;
}

/** What the heartbeats of a replay say. */
interface ReplayBeat {
  readonly position: number;
  readonly until: number;
}

/** The side effects of replay: each call holds a partition for a lease and tells where it ended. */
export interface ReplayActivities {
  /** Follows a partition's live events for a lease. */
  leaseLive(input: LeaseInput): Promise<LeaseResult>;
  /** Keeps a partition's live state still for a lease. */
  holdStill(input: LeaseInput): Promise<LeaseResult>;
  /** Replays a partition into a version's shadow, towards `to`, for a lease. */
  replayShadow(input: ShadowInput): Promise<LeaseResult>;
}

/** Makes the replay activities. */
export function createReplayActivities(deps: ReplayDeps): ReplayActivities {
  const partitionOf = async (partition: number): Promise<Leased> => {
    const live = await deps.live(partition);
    if (live !== undefined) return live;
    throw new RepriseError('NOT_FOUND', `there is no partition ${String(partition)} here`);
  };
  const queueOf = (partition: number): Pick<LeaseResult, 'queue'> => {
    const queue = deps.ownQueue?.(partition);
    return queue === undefined ? {} : { queue };
  };
  const ended = ({ runtime }: Leased): LeaseResult => ({
    version: runtime.definition.version,
    position: runtime.position,
    head: deps.journal.head(runtime.partition),
    ...queueOf(runtime.partition),
  });
  return {
    leaseLive: ({ partition, leaseMs }) =>
      beating<ReplayBeat, LeaseResult>(async ({ signal, report }) => {
        const live = await partitionOf(partition);
        await withinLease(leaseMs, signal, (lease) =>
          live.lease(lease, (position, until) => report({ position, until })),
        );
        throwIfCancelled(signal);
        return ended(live);
      }),
    holdStill: ({ partition, leaseMs }) =>
      beating<ReplayBeat, LeaseResult>(async ({ signal }) => {
        const live = await partitionOf(partition);
        await withinLease(leaseMs, signal, (lease) => live.exclusive(() => aborted(lease)));
        throwIfCancelled(signal);
        return ended(live);
      }),
    replayShadow: ({ partition, leaseMs, version, to, follows = false }) =>
      beating<ReplayBeat, LeaseResult>(async ({ signal, report }) => {
        const position = await withinLease(leaseMs, signal, (lease) =>
          advance(deps, follows, version, partition, sequence(to), {
            signal: lease,
            onProgress: (reached, until) => report({ position: reached, until }),
          }),
        );
        throwIfCancelled(signal);
        // Its shadow stands here: elsewhere the next lease would begin anew.
        return { version, position, head: deps.journal.head(partition), ...queueOf(partition) };
      }),
  };
}

function advance(
  { versions, shadows }: ReplayDeps,
  follows: boolean,
  ...asked: Parameters<Shadows['advance']>
): Promise<Sequence> {
  if (!follows) return versions.advanceShadow(...asked);
  if (shadows !== undefined) return shadows.advance(...asked);
  throw new RepriseError('INVALID', 'no version follows by itself here: leave follows out');
}

/** A lease that ends because the worker shuts down has ended well: what it reached is told. */
function throwIfCancelled(signal: AbortSignal): void {
  if (!isShutdown(signal.reason)) signal.throwIfAborted();
}

/** Runs work under a signal that aborts when the lease's time is over or the activity is cancelled. */
async function withinLease<T>(
  leaseMs: number,
  signal: AbortSignal,
  work: (lease: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = new AbortController();
  const end = () => lease.abort();
  const timer = setTimeout(end, leaseMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await work(lease.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

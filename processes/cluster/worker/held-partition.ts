import type { FollowerDeps } from '../../../activities/replay/follower.ts';
import type { LiveMode, LivePartition } from '../../../activities/replay/live-partition.ts';
import type { Leased } from '../../../activities/replay/replay.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import type { Sequence } from '../../../events/position.ts';
import type { CatchUp } from './catch-up.ts';
import type { FenceWatch } from './fence-watch.ts';
import type { HeldVersions } from './held-versions.ts';
import type { KeptBarriers } from './kept-barriers.ts';
import type { MarkTelling } from './mark-telling.ts';
import { pauseFor } from '../servers/patience.ts';
import type { UsersFeed } from './users-feed.ts';

/** How long a partition that is let go of waits for its users to be stored. */
const FLUSH_MS_MAX = 1_000;

/** What a partition that a worker holds is made of. */
export interface HeldParts {
  readonly live: LivePartition;
  readonly watch: FenceWatch;
  readonly users: Pick<UsersFeed, 'look' | 'flush'>;
  readonly kept: Pick<KeptBarriers, 'oldest'>;
  /** The partitions that this one waits for before a barrier. */
  readonly waitsFor: () => readonly number[];
  /** Aborted here: nothing more is written then. */
  readonly over: AbortController;
  readonly clock: () => number;
  /** Tells what its rows were on the way; absent where nobody is told. */
  readonly marks?: Pick<MarkTelling, 'tell'>;
  /** The versions that are held beside the live one; absent where none are. */
  readonly beside?: Pick<HeldVersions, 'standsOf' | 'save' | 'drop'>;
  /** Tells how long it takes until the partition learns again, and until it has caught up. */
  readonly catchUp: Pick<CatchUp, 'reached'>;
}

/** A partition that this worker holds by a fence: its state, warm between leases, and what goes on beside it. */
export class HeldPartition implements Leased {
  readonly watch: FenceWatch;
  readonly #parts: HeldParts;
  readonly #givingBack = new AbortController();
  #leases = 0;
  #leasedMs: number;
  #checkpoint: Promise<void> | undefined;

  constructor(parts: HeldParts) {
    this.#parts = parts;
    this.watch = parts.watch;
    this.#leasedMs = parts.clock();
  }

  get partition(): number {
    return this.watch.fence.partition;
  }

  get runtime(): PartitionRuntime {
    return this.#parts.live.runtime;
  }

  /** Who moves it, or that it has stopped. */
  get mode(): LiveMode {
    return this.#parts.live.mode;
  }

  /** Tells whether the next lease is for another worker. */
  get isGivenBack(): boolean {
    return this.#givingBack.signal.aborted;
  }

  /** Milliseconds for which nobody leased it; 0 during a lease. */
  get idleMs(): number {
    return this.#leases > 0 ? 0 : this.#parts.clock() - this.#leasedMs;
  }

  /** Learns for a lease; one that ends because the partition is given back ends with a checkpoint for who takes it. */
  async lease(signal: AbortSignal, onProgress?: FollowerDeps['onProgress']): Promise<Sequence> {
    const lease = new AbortController();
    const end = (): void => lease.abort();
    const ends = [signal, this.#givingBack.signal, this.#parts.over.signal];
    for (const one of ends) one.addEventListener('abort', end, { once: true });
    if (ends.some(({ aborted }) => aborted)) end();
    this.#leases += 1;
    try {
      const reached = await this.#parts.live.lease(lease.signal, (position, head) => {
        this.#parts.catchUp.reached(position, head);
        onProgress?.(position, head);
      });
      if (this.isGivenBack) await this.checkpoint();
      return reached;
    } finally {
      for (const one of ends) one.removeEventListener('abort', end);
      this.#leases -= 1;
      this.#leasedMs = this.#parts.clock();
    }
  }

  exclusive<T>(work: (runtime: PartitionRuntime) => Promise<T>): Promise<T> {
    return this.#parts.live.exclusive(work);
  }

  /** Ends the lease under way soon; the next one is for another worker. */
  giveBack(): void {
    this.#givingBack.abort();
  }

  /** Takes a checkpoint soon, one at a time: what is wished for meanwhile is one more. A failure is told by the partition. */
  async checkpoint(): Promise<void> {
    if (this.#checkpoint !== undefined) await this.#checkpoint;
    this.#checkpoint ??= this.#parts.live
      .checkpoint()
      .catch(() => undefined)
      .finally(() => {
        this.#checkpoint = undefined;
      });
    await this.#checkpoint;
  }

  /** Tells where the partition stands; throws FENCED where a newer fence was taken. */
  async tell(): Promise<void> {
    const { definition, position, barrier } = this.runtime;
    const { version } = definition;
    const keptBarrier = this.#parts.kept.oldest(version);
    await this.watch.tell({
      ...{ version, position, barrier, waitsFor: this.#parts.waitsFor() },
      ...(keptBarrier !== undefined && { keptBarrier }),
      held: this.#parts.beside?.standsOf(this.partition) ?? [],
    });
    await this.#parts.marks?.tell();
  }

  /** Looks whether the users are still stored. */
  async look(): Promise<void> {
    await this.#parts.users.look();
  }

  /** Stores the users of now and what is held beside, within a bound: whoever takes the partition goes on from there. */
  async flush(): Promise<void> {
    await Promise.race([
      Promise.all([this.#parts.users.flush(), this.#parts.beside?.save(this.partition)]),
      pauseFor(FLUSH_MS_MAX, this.#parts.over.signal),
    ]);
  }

  /** Ends it: nothing is written any more. Resolves when nothing moves. */
  async end(): Promise<void> {
    this.#parts.over.abort();
    this.#parts.beside?.drop(this.partition);
    await this.#parts.live.close();
  }
}

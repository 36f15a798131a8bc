import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { PrequentialObserver } from '../../actors/runtime/prequential-observer.ts';
import { sequence, type Partition, type Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import { follow, type FollowerDeps } from './follower.ts';

/** Bounds of a live partition. */
export interface LivePartitionBounds {
  /** Events after which a checkpoint is taken. */
  readonly checkpointEventsMax: number;
  /** Milliseconds after which a checkpoint is taken, where there are new events. */
  readonly checkpointMsMax: number;
  /** Barriers after which a checkpoint is taken: a recovery needs the merges of all since. */
  readonly checkpointBarriersMax: number;
  /** Milliseconds without a lease after which the partition counts as unleased. */
  readonly leaseGraceMsMax: number;
}

/** The bounds that a live partition has where its maker names none. */
export const DEFAULT_LIVE_PARTITION_BOUNDS: LivePartitionBounds = {
  checkpointEventsMax: 200_000,
  checkpointMsMax: 60_000,
  checkpointBarriersMax: 512,
  leaseGraceMsMax: 3_000,
};

/** What a live partition needs from outside. */
export interface LivePartitionDeps extends Omit<
  FollowerDeps,
  'runtime' | 'onProgress' | 'onSwitch'
> {
  /** Keeps a checkpoint; its failure is reported and never stops the partition. */
  readonly save: (checkpoint: Checkpoint) => Promise<unknown>;
  readonly onError: (error: unknown, what: 'follow' | 'checkpoint') => void;
  readonly bounds?: Partial<LivePartitionBounds>;
  /** Who looks at what a version is to learn here; nobody where it is left out. */
  readonly observerOf?: (version: string) => PrequentialObserver;
  /** What happens between two leases: it follows by itself (as by default), or stands, where others may lease it, too. */
  readonly betweenLeases?: 'follow' | 'stand';
  /** Where the newest checkpoint stands; the runtime's position where it is left out. */
  readonly savedAt?: Sequence;
}

/** Who moves a partition: a workflow's lease, the core itself, or nobody, because it stopped loudly. */
export type LiveMode = 'leased' | 'unleased' | 'stopped';

/**
 * One partition of the live version: a single follower whose holder changes. It runs unleased from the start, is
 * handed to the activity that leases it, and goes on by itself when the lease is over. Work that needs
 * the state to stand still goes through {@link LivePartition.exclusive}.
 */
export class LivePartition {
  #runtime: PartitionRuntime;
  readonly #deps: LivePartitionDeps;
  readonly #bounds: LivePartitionBounds;
  #mode: LiveMode = 'unleased';
  #error: unknown;
  /** Whose turn it is to move the partition. */
  #holder: AbortController | undefined;
  /** Ends the move under way at its next slice boundary; the holder may move again. */
  #pause: AbortController | undefined;
  #moving: Promise<void> = Promise.resolve();
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #saving: Promise<void> | undefined;
  #savedAt: Sequence;
  /** Where and when a checkpoint was last tried: one that fails is not tried again at every slice. */
  #triedAt: Sequence;
  #triedMs: number;
  #triedBarrier: number;
  #grace: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(runtime: PartitionRuntime, deps: LivePartitionDeps) {
    this.#deps = deps;
    this.#runtime = this.#observed(runtime);
    this.#bounds = { ...DEFAULT_LIVE_PARTITION_BOUNDS, ...deps.bounds };
    this.#savedAt = deps.savedAt ?? runtime.position;
    this.#triedAt = this.#savedAt;
    this.#triedMs = deps.clock();
    this.#triedBarrier = runtime.barrier;
  }

  get runtime(): PartitionRuntime {
    return this.#runtime;
  }

  get partition(): Partition {
    return this.#runtime.partition;
  }

  get mode(): LiveMode {
    return this.#mode;
  }

  /** Why the partition stopped; undefined while it moves. */
  get error(): unknown {
    return this.#error;
  }

  /** Follows unleased, in the core itself. */
  start(): void {
    if (this.#closed || this.#mode === 'stopped') return;
    this.#mode = 'unleased';
    void this.#hold(new AbortController(), undefined).catch(() => undefined);
  }

  /** Follows on behalf of a lease until its signal aborts; then the next lease has `leaseGraceMsMax` to come. */
  async lease(signal: AbortSignal, onProgress?: FollowerDeps['onProgress']): Promise<Sequence> {
    if (this.#mode === 'stopped') throw this.#error;
    clearTimeout(this.#grace);
    const holder = new AbortController();
    const release = (): void => {
      this.#release(holder);
    };
    signal.addEventListener('abort', release, { once: true });
    if (signal.aborted) release();
    try {
      this.#mode = 'leased';
      await this.#hold(holder, onProgress);
    } finally {
      signal.removeEventListener('abort', release);
      if (this.#holder === holder) this.#goOnUntilLeased();
    }
    return this.#runtime.position;
  }

  /** Runs work while the partition stands still at a slice boundary; calls are served in turn. */
  exclusive<T>(work: (runtime: PartitionRuntime) => Promise<T>): Promise<T> {
    this.#waiting += 1;
    this.#pause?.abort();
    const result = this.#queue.then(async () => {
      await this.#moving;
      return work(this.#runtime);
    });
    this.#queue = result
      .catch(() => undefined)
      .then(() => {
        this.#waiting -= 1;
      });
    return result;
  }

  /** Puts another runtime of the same state in the place of the one that is there, while the partition stands still. */
  async replace(
    make: (current: PartitionRuntime) => Promise<PartitionRuntime>,
  ): Promise<PartitionRuntime> {
    return this.exclusive(async (current) => {
      this.#runtime = this.#observed(await make(current));
      return this.#runtime;
    });
  }

  /** Takes a checkpoint now and resolves when it is kept. */
  async checkpoint(): Promise<void> {
    for (;;) {
      await this.#saving;
      if (this.#runtime.position === this.#savedAt) return;
      const taken = await this.#capture();
      if (taken === undefined) continue;
      const saving = this.#save(taken);
      this.#saving = saving.catch(() => undefined);
      await saving;
      return;
    }
  }

  /** Stops following, for good. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#grace);
    if (this.#holder !== undefined) this.#release(this.#holder);
    await this.#moving.catch(() => undefined);
    await this.#queue;
    await this.#saving;
  }

  /** Goes on at once where it may, so that no event waits for the next lease; it counts as leased until the grace is over. */
  #goOnUntilLeased(): void {
    if (this.#closed || this.#mode === 'stopped') return;
    if (this.#deps.betweenLeases !== 'stand') {
      void this.#hold(new AbortController(), undefined).catch(() => undefined);
    }
    this.#grace = setTimeout(() => {
      if (this.#mode === 'leased') this.#mode = 'unleased';
    }, this.#bounds.leaseGraceMsMax);
  }

  #observed(runtime: PartitionRuntime): PartitionRuntime {
    runtime.observer = this.#deps.observerOf?.(runtime.definition.version);
    return runtime;
  }

  #release(holder: AbortController): void {
    holder.abort();
    if (this.#holder === holder) this.#pause?.abort();
  }

  async #hold(holder: AbortController, onProgress: FollowerDeps['onProgress']): Promise<void> {
    if (this.#holder !== undefined) this.#release(this.#holder);
    this.#holder = holder;
    while (!holder.signal.aborted && !this.#closed) {
      await this.#queue;
      await this.#moving.catch(() => undefined);
      if (this.#holder !== holder) return;
      this.#moving = this.#move(holder, onProgress);
      await this.#moving;
      await this.#checkpointWhenDue();
    }
  }

  async #move(holder: AbortController, onProgress: FollowerDeps['onProgress']): Promise<void> {
    const pause = new AbortController();
    this.#pause = pause;
    // Whoever waits for the state to stand still goes first.
    if (this.#waiting > 0 || holder.signal.aborted) pause.abort();
    const timer = setTimeout(() => {
      pause.abort();
    }, this.#bounds.checkpointMsMax);
    try {
      this.#runtime = await follow(
        {
          ...this.#deps,
          runtime: this.#runtime,
          onProgress: (position, head) => {
            if (this.#isDue(position)) pause.abort();
            onProgress?.(position, head);
          },
          onSwitch: (runtime) => {
            this.#runtime = this.#observed(runtime);
          },
        },
        { signal: pause.signal },
      );
    } catch (error) {
      this.#mode = 'stopped';
      this.#error = error;
      holder.abort();
      this.#deps.onError(error, 'follow');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** A copy of the state; undefined where another is being written meanwhile, perhaps under the same name. */
  async #capture(): Promise<Checkpoint | undefined> {
    const taken = await this.exclusive((runtime) => runtime.capture());
    return this.#saving === undefined ? taken : undefined;
  }

  #isDue(position: Sequence): boolean {
    if (this.#saving !== undefined) return false;
    const { checkpointEventsMax, checkpointBarriersMax } = this.#bounds;
    const isFar = position - this.#triedAt >= checkpointEventsMax;
    return isFar || this.#runtime.barrier - this.#triedBarrier >= checkpointBarriersMax;
  }

  async #checkpointWhenDue(): Promise<void> {
    if (this.#saving !== undefined || this.#runtime.position === this.#savedAt) return;
    const isOld = this.#deps.clock() - this.#triedMs >= this.#bounds.checkpointMsMax;
    if (!isOld && !this.#isDue(this.#runtime.position)) return;
    const taken = await this.#capture();
    if (taken === undefined) return;
    // The state is copied; hashing and writing go on beside the next slices.
    this.#saving = this.#save(taken).catch(() => undefined);
  }

  async #save(checkpoint: Checkpoint): Promise<void> {
    try {
      this.#triedMs = this.#deps.clock();
      this.#triedAt = sequence(checkpoint.manifest.sequence);
      this.#triedBarrier = this.#runtime.barrier;
      await this.#deps.save(checkpoint);
      this.#savedAt = sequence(Math.max(this.#savedAt, checkpoint.manifest.sequence));
    } catch (error) {
      this.#deps.onError(error, 'checkpoint');
      throw error;
    } finally {
      this.#saving = undefined;
    }
  }
}

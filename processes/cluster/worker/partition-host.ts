import type { Fence, FenceStore } from '../../../activities/replay/fences.ts';
import type { Leased } from '../../../activities/replay/replay.ts';
import { hasCode, RepriseError } from '../../../events/error.ts';
import type { WorkerRegister } from '../../../adapters/cluster/worker-register.ts';
import type { Logger } from '../../logger.ts';
import { FairShare } from './fair-share.ts';
import type { HeldPartition } from './held-partition.ts';
import { pauseFor } from '../servers/patience.ts';
import type { OnLost } from './partition-taking.ts';

/** Time without a lease after which a partition's state is let go of. */
export const WARM_MS_MAX = 60_000;

/** The longest usual time between two leases of a partition on a worker's own queue. */
const BETWEEN_LEASES_MS_MAX = 1_000;

/** How often a worker says that it is alive, and where its partitions stand. */
const TELL_MS = 1_000;

/** How long a host that closes waits for its last checkpoints. */
const LAST_CHECKPOINT_MS_MAX = 2_500;

/** Tellings from one look at the stored users to the next. */
const TELLINGS_A_LOOK = 5;

/** What a host is made with. */
export interface PartitionHostDeps {
  /** The name of this worker. */
  readonly holder: string;
  /** Its own task queue. */
  readonly queue: string;
  readonly partitions: number;
  readonly fences: FenceStore;
  readonly register: WorkerRegister;
  /** Brings a partition whose fence was taken to where it goes on. */
  readonly take: (fence: Fence, onLost: OnLost) => Promise<HeldPartition>;
  /** Tells whether the lease that is asked for came to this worker alone. */
  readonly isAskedAlone: () => boolean;
  readonly logger: Logger;
}

/**
 * Holds the partitions that are leased to this worker: takes them by fences up to its fair share, keeps them warm
 * between leases, tells where they stand, and drops one at once whose fence is taken by another.
 */
export class PartitionHost {
  readonly #deps: PartitionHostDeps;
  readonly #share: FairShare;
  readonly #held = new Map<number, Promise<HeldPartition>>();
  readonly #standing = new Map<number, HeldPartition>();
  readonly #fences = new Map<number, Fence>();
  /** Partitions that others are to take. */
  readonly #givenBack = new Set<number>();
  #tellings = 0;
  #isClosing = false;

  constructor(deps: PartitionHostDeps) {
    this.#deps = deps;
    this.#share = new FairShare(deps.partitions);
  }

  /** The fence by which this worker holds a partition. */
  fenceOf(partition: number): Fence | undefined {
    return this.#fences.get(partition);
  }

  /** Where the next lease of a partition is best asked for; undefined where another worker is to take it. */
  queueOf(partition: number): string | undefined {
    const isOthers = this.#isClosing || this.#givenBack.has(partition);
    return isOthers ? undefined : this.#deps.queue;
  }

  /** The partitions that are held, with where they stand. */
  get held(): readonly HeldPartition[] {
    return [...this.#standing.values()];
  }

  /** How many partitions more may come: one whose lease is asked for elsewhere has its place still. */
  get room(): number {
    if (this.#isClosing) return 0;
    const idle = this.held.filter(({ idleMs }) => idleMs > BETWEEN_LEASES_MS_MAX).length;
    return this.#share.partitionsMax - this.#held.size + idle;
  }

  /**
   * The partition for a lease: warm where its fence stands, else taken and recovered. Throws BUSY where another worker
   * has room for it.
   */
  async live(partition: number): Promise<Leased> {
    try {
      const warm = await this.#warm(partition);
      return this.#leased(warm ?? (await this.#take(partition)));
    } catch (error) {
      throw retryable(error);
    }
  }

  /** Takes a checkpoint of a partition soon, where it is held here. */
  wish(partition: number): void {
    void this.#standing.get(partition)?.checkpoint();
  }

  /** Tells every second that this worker is alive and where its partitions stand, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const everySecond = async (work: () => Promise<void>): Promise<void> => {
      while (!signal.aborted) {
        await work();
        await pauseFor(TELL_MS, signal);
      }
    };
    // Apart, for a worker is alive whatever the store of the fences does.
    await Promise.all([everySecond(() => this.beat()), everySecond(() => this.tell())]);
  }

  /** Says once that this worker is alive, and gives back what is too much. */
  async beat(): Promise<void> {
    if (this.#isClosing) return;
    const { register, holder } = this.#deps;
    try {
      this.#share.see(await register.beat(holder));
    } catch (error) {
      // As many as before, as far as is known.
      this.#trouble(error, 'the register of workers');
    }
    this.#giveBackWhatIsTooMuch();
  }

  /** Tells once where the partitions stand. */
  async tell(): Promise<void> {
    this.#tellings += 1;
    await Promise.all(this.held.map((held) => this.#tellOf(held)));
  }

  /** Gives everything back: leases under way end soon, with a checkpoint, and none is taken any more. */
  retire(): void {
    this.#isClosing = true;
    for (const held of this.held) held.giveBack();
  }

  /** Lets go of everything. */
  async close(): Promise<void> {
    this.retire();
    const bound = new AbortController();
    const inPeace = Promise.all(this.held.map((held) => this.#letGo(held)));
    await Promise.race([inPeace, pauseFor(LAST_CHECKPOINT_MS_MAX, bound.signal)]);
    bound.abort();
    for (const held of this.held) this.#drop(held, 'no checkpoint could be taken at the end');
    const { register, holder } = this.#deps;
    await register.leave(holder).catch((error: unknown) => this.#trouble(error, 'leaving'));
  }

  async #warm(partition: number): Promise<HeldPartition | undefined> {
    const held = await this.#held.get(partition)?.catch(() => undefined);
    if (held === undefined) return undefined;
    try {
      await held.watch.check();
      return held;
    } catch (error) {
      if (!hasCode(error, 'FENCED')) throw error;
      this.#drop(held, error);
      return undefined;
    }
  }

  #take(partition: number): Promise<HeldPartition> {
    const others = this.#held.get(partition);
    if (others !== undefined) return others;
    this.#declineWhatIsTooMuch(partition);
    const taking = this.#takeNow(partition);
    this.#held.set(partition, taking);
    taking.catch(() => {
      if (this.#held.get(partition) !== taking) return;
      this.#held.delete(partition);
      this.#fences.delete(partition);
    });
    return taking;
  }

  async #takeNow(partition: number): Promise<HeldPartition> {
    const { fences, holder, logger, take } = this.#deps;
    const fence = await fences.take(partition, holder);
    logger.info({ partition, fence: fence.number }, 'fence taken');
    this.#fences.set(partition, fence);
    this.#givenBack.delete(partition);
    let held: HeldPartition | undefined = undefined;
    let lost: unknown;
    held = await take(fence, (error) => {
      lost = error;
      if (held !== undefined) this.#drop(held, error);
    });
    this.#standing.set(partition, held);
    if (lost !== undefined) this.#drop(held, lost);
    return held;
  }

  #declineWhatIsTooMuch(partition: number): void {
    const isTooMuch = this.#held.size >= this.#share.partitionsMax && !this.#deps.isAskedAlone();
    if (!this.#isClosing && !isTooMuch) return;
    throw new RepriseError(
      'BUSY',
      `this worker holds its share of the partitions: another takes partition ${String(partition)}`,
      { partition },
    );
  }

  /** A partition as its lease sees it: a failure drops it, and is one that is tried again. */
  #leased(held: HeldPartition): Leased {
    const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
      try {
        return await work();
      } catch (error) {
        this.#drop(held, error);
        throw retryable(error);
      } finally {
        if (held.isGivenBack) await this.#letGo(held);
      }
    };
    return {
      get runtime() {
        return held.runtime;
      },
      lease: (signal, onProgress) => guarded(() => held.lease(signal, onProgress)),
      exclusive: (work) => guarded(() => held.exclusive(work)),
    };
  }

  async #tellOf(held: HeldPartition): Promise<void> {
    try {
      await held.tell();
      if (this.#tellings % TELLINGS_A_LOOK === 0) await held.look();
      if (held.idleMs > WARM_MS_MAX) await this.#letGo(held);
    } catch (error) {
      if (hasCode(error, 'FENCED')) this.#drop(held, error);
      else this.#trouble(error, `partition ${String(held.partition)}`);
    }
  }

  #giveBackWhatIsTooMuch(): void {
    const kept = this.held.filter((held) => !held.isGivenBack);
    for (const held of kept.slice(this.#share.partitionsMax)) {
      this.#givenBack.add(held.partition);
      held.giveBack();
    }
  }

  /** Lets go of a partition in peace: what it reached since its last checkpoint is kept. */
  async #letGo(held: HeldPartition): Promise<void> {
    if (this.#standing.get(held.partition) !== held) return;
    await held.checkpoint();
    await held.flush();
    this.#forget(held);
    await held.end();
  }

  /** Drops a partition at once. */
  #drop(held: HeldPartition, why: unknown): void {
    if (!this.#forget(held)) return;
    this.#deps.logger.warn({ err: why, partition: held.partition }, 'partition dropped');
    held.end().catch((error: unknown) => this.#trouble(error, 'dropping a partition'));
  }

  #forget(held: HeldPartition): boolean {
    const { partition } = held;
    if (this.#standing.get(partition) !== held) return false;
    this.#standing.delete(partition);
    this.#held.delete(partition);
    this.#fences.delete(partition);
    return true;
  }

  #trouble(error: unknown, what: string): void {
    this.#deps.logger.warn({ err: error }, `${what}: trying again`);
  }
}

/** The failure as one that Temporal tries again: a live partition goes on, however often it failed. */
function retryable(error: unknown): unknown {
  if (!(error instanceof RepriseError)) return error;
  if (error.code === 'BUSY' || error.code === 'UNAVAILABLE') return error;
  return new RepriseError('UNAVAILABLE', `${error.message}; trying again`, error.fields, error);
}

import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { PrequentialObserver } from '../../actors/runtime/prequential-observer.ts';
import { RepriseError } from '../../events/error.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import type { Journal } from '../../events/journal.ts';
import type { FollowerDeps, follow } from '../replay/follower.ts';
import type { MergeExchange } from '../merges/merge-exchange.ts';
import { orderedJournal } from '../replay/ordered-journal.ts';
import { ScratchMerges } from '../merges/scratch-merges.ts';
import { ShadowPart, standStill } from './shadow-part.ts';
import type { VersionReader, VersionReaders } from './shadow-part.ts';
import { ASKED_SHADOW_SHARE_MAX } from './shadow-pace.ts';
import type { ShadowPace } from './shadow-pace.ts';
import type { ReplayControl } from './version-runtimes.ts';

/** How long a live partition waits for a shadow that it takes over; then the version is built anew for it. */
export const SHADOW_TAKE_MS_MAX = 10_000;

/** The longest slice of a shadow, milliseconds: whoever asks meanwhile waits for its end. */
export const SHADOW_SLICE_MS_MAX = 2;

/** The same where the version's learner answers itself. */
export const ASKED_SHADOW_SLICE_MS_MAX = 1;

/** How long all partitions of a version are waited for to stand still at once; then they go on, and it is tried again later. */
export const SHADOW_STILL_MS_MAX = 250;

/** Versions that are held beside the live one: the shadow, the one that served before, and one being built. */
export const SHADOWS_MAX = 3;

/** Where a partition of a version stands that is held beside the live one. */
export interface HeldStand {
  readonly version: string;
  /** The last sequence consumed. */
  readonly position: number;
  /** The last barrier passed; 0 before the first. */
  readonly barrier: number;
}

/** What shadows need from outside. */
export interface ShadowsDeps extends Pick<FollowerDeps, 'yieldNow' | 'sliceMsMax' | 'clock'> {
  readonly journal: FollowerDeps['journal'] & Pick<Journal, 'isErased'>;
  readonly partitions: number;
  readonly follow: typeof follow;
  readonly pace: ShadowPace;
  /** A runtime of a version that stands at or before a sequence: what a build goes on from. */
  readonly start: (
    version: string,
    partition: Partition,
    at: Sequence,
  ) => Promise<PartitionRuntime>;
  /** Where the live partition stands: no shadow that follows passes it. */
  readonly livePosition: (partition: Partition) => Sequence;
  /** Where partitions of a version meet that several processes hold; in memory, among those here, where it is absent. */
  readonly merges?: MergeExchange | undefined;
  /** The runtimes of all partitions of a version as it was kept before the core ended; undefined where it was not. */
  readonly resume?: (version: string) => Promise<readonly PartitionRuntime[] | undefined>;
  readonly observerOf: (version: string) => PrequentialObserver;
  /** Who reads the versions held; nobody does where it is absent. */
  readonly readers?: VersionReaders;
  /** Told of a shadow that had to be let go of, and why. */
  readonly onError: (error: unknown, version: string) => void;
}

interface ShadowSet {
  readonly version: string;
  /** Where its partitions meet at barriers, apart from the live ones; absent where there is one partition. */
  readonly merges: MergeExchange | undefined;
  readonly parts: Map<Partition, ShadowPart>;
  /** Settles when what was kept of the version stands here. */
  resumed: Promise<void> | undefined;
  /** The journal as the version reads it, once one of its partitions has moved. */
  journal: FollowerDeps['journal'] | undefined;
}

/**
 * The versions that are held beside the live one: each follows the stream behind it, a slice at a time, and is scored
 * on the same events. At a promotion the live partitions take its runtimes over, and leave theirs here.
 */
export class Shadows {
  readonly #deps: ShadowsDeps;
  readonly #sets = new Map<string, ShadowSet>();
  readonly #building = new Set<string>();
  readonly #wakes = new Set<() => void>();
  #closed = false;

  constructor(deps: ShadowsDeps) {
    this.#deps = deps;
  }

  /** The versions held, in the order in which they came. */
  get versions(): readonly string[] {
    return [...this.#sets.keys()];
  }

  /** The versions that are being built: they have no name of their own yet. */
  get building(): readonly string[] {
    return [...this.#building];
  }

  /** Tells whether any partition of a version is held. */
  has(version: string): boolean {
    return this.#sets.has(version);
  }

  /** Where a version stands, a sequence a partition; undefined where it isn't held whole. */
  positions(version: string): readonly Sequence[] | undefined {
    const parts = this.#sets.get(version)?.parts;
    if (parts?.size !== this.#deps.partitions) return undefined;
    return Array.from(
      { length: parts.size },
      (_, partition) => parts.get(partition)?.runtime.position as Sequence,
    );
  }

  /** Admits a version that is about to be built; throws CONFLICT where too many are held. */
  admit(version: string): void {
    this.#admit(version);
    this.#building.add(version);
  }

  #admit(version: string): void {
    if (this.#sets.has(version)) return;
    if (this.#sets.size >= SHADOWS_MAX) {
      throw new RepriseError(
        'CONFLICT',
        `${this.versions.join(', ')} are held beside the live version already, and no more than ` +
          `${String(SHADOWS_MAX)} are: wait until one is let go of, or end an experiment that names one`,
      );
    }
    this.#setOf(version);
  }

  /** Builds a version from its nearest state and lets it follow; resolves when it has begun. */
  async hold(version: string): Promise<void> {
    for (let partition = 0; partition < this.#deps.partitions; partition += 1) {
      await this.holdPartition(version, partition);
    }
  }

  /** The same of one partition, where others hold the others. */
  async holdPartition(version: string, partition: Partition): Promise<void> {
    this.#admit(version);
    const at = this.#deps.livePosition(partition);
    this.#letFollow(this.#setOf(version), await this.#partOf(version, partition, at));
  }

  /** Lets go of a partition of every version: somebody else holds it from now on. */
  dropPartition(partition: Partition): void {
    for (const [version, { parts }] of this.#sets) {
      parts.get(partition)?.end();
      parts.delete(partition);
      if (parts.size === 0 && !this.#building.has(version)) this.#sets.delete(version);
    }
  }

  /** Where the versions stand that are held of a partition. */
  standsOf(partition: Partition): readonly HeldStand[] {
    return [...this.#sets].flatMap(([version, { parts }]) => {
      const runtime = parts.get(partition)?.runtime;
      if (runtime === undefined) return [];
      return [{ version, position: runtime.position, barrier: runtime.barrier }];
    });
  }

  /** Brings a partition of a version to a sequence; there it begins to follow. An earlier call is gone on from. */
  async advance(
    version: string,
    partition: Partition,
    to: Sequence,
    control: ReplayControl,
  ): Promise<Sequence> {
    this.admit(version);
    const part = await this.#partOf(version, partition, to);
    const set = this.#setOf(version);
    await part.exclusive(() => this.#move(set, part, to, control));
    if (part.runtime.position >= to) this.#letFollow(set, part);
    return part.runtime.position;
  }

  /** Runs work while a partition of a held version stands still; undefined where it isn't held. */
  async visit<T>(
    version: string,
    partition: Partition,
    work: (runtime: PartitionRuntime) => Promise<T>,
  ): Promise<T | undefined> {
    const part = this.#sets.get(version)?.parts.get(partition);
    return part?.exclusive(() => work(part.runtime));
  }

  /**
   * Runs work while all partitions of a version stand still; undefined where it isn't held whole, or where one of them
   * waits for another too long to come to stand.
   */
  async still<T>(
    version: string,
    work: (runtimes: readonly PartitionRuntime[]) => Promise<T>,
  ): Promise<T | undefined> {
    const parts = [...(this.#sets.get(version)?.parts.values() ?? [])];
    if (parts.length !== this.#deps.partitions) return undefined;
    return standStill(parts, SHADOW_STILL_MS_MAX, work);
  }

  /** Gives a partition's runtime away, standing exactly at a sequence; undefined where it isn't held or stands past it. */
  async take(
    version: string,
    partition: Partition,
    at: Sequence,
    signal: AbortSignal,
  ): Promise<PartitionRuntime | undefined> {
    const set = this.#sets.get(version);
    const part = set?.parts.get(partition);
    if (set === undefined || part === undefined) return undefined;
    part.end();
    return part.exclusive(async () => {
      if (part.runtime.position <= at) {
        // Nobody is answered by the new version before this is done: it is not paced.
        const control = { signal, yieldNow: this.#deps.yieldNow };
        await this.#move(set, part, at, control);
      }
      if (set.parts.get(partition) === part) set.parts.delete(partition);
      if (set.parts.size === 0) this.#sets.delete(version);
      return part.runtime.position === at ? part.runtime : undefined;
    });
  }

  /** Keeps a runtime that was live until now: it follows on as a shadow. */
  put(runtime: PartitionRuntime): void {
    const { version } = runtime.definition;
    const set = this.#setOf(version);
    set.parts.get(runtime.partition)?.end();
    const part = new ShadowPart(runtime);
    set.parts.set(runtime.partition, part);
    this.#letFollow(set, part);
  }

  /** Says that a version that was being built is kept by its name from now on. */
  built(version: string): void {
    this.#building.delete(version);
  }

  /** Lets go of every version but these and those that are being built. */
  keepOnly(versions: ReadonlySet<string>): void {
    for (const version of this.versions) {
      if (!versions.has(version) && !this.#building.has(version)) this.drop(version);
    }
  }

  /** Lets go of a version; what runs of it ends at its next slice. */
  drop(version: string): void {
    const set = this.#sets.get(version);
    this.#sets.delete(version);
    this.#building.delete(version);
    this.#deps.readers?.forget(version);
    for (const part of set?.parts.values() ?? []) part.end();
  }

  /** Lets go of all that is held and builds it again behind the live version: what was learned may not be kept. */
  async renew(): Promise<void> {
    for (const version of this.versions) {
      const isBuilding = this.#building.has(version);
      this.drop(version);
      if (isBuilding) this.#building.add(version);
      await this.hold(version).catch((error: unknown) => {
        this.drop(version);
        this.#deps.onError(error, version);
      });
    }
  }

  /** Says that live partitions may have moved on. */
  wake(): void {
    for (const wake of [...this.#wakes]) wake();
  }

  /** Lets go of all, for good, and resolves when nothing runs any more. */
  async close(): Promise<void> {
    this.#closed = true;
    const parts = [...this.#sets.values()].flatMap(({ parts: held }) => [...held.values()]);
    for (const version of this.versions) this.drop(version);
    this.wake();
    await Promise.all(parts.map((part) => part.exclusive(() => Promise.resolve())));
  }

  #setOf(version: string): ShadowSet {
    const known = this.#sets.get(version);
    if (known !== undefined) return known;
    const { partitions, yieldNow, merges: shared } = this.#deps;
    const own = partitions > 1 ? new ScratchMerges({ partitions, yieldNow }) : undefined;
    const merges = shared ?? own;
    const parts = new Map<Partition, ShadowPart>();
    const set = { version, merges, parts, resumed: undefined, journal: undefined };
    this.#sets.set(version, set);
    return set;
  }

  async #partOf(version: string, partition: Partition, at: Sequence): Promise<ShadowPart> {
    const known = this.#setOf(version).parts.get(partition);
    if (known !== undefined) return known;
    const before = this.#setOf(version);
    await (before.resumed ??= this.#resume(before));
    const kept = before.parts.get(partition);
    if (kept !== undefined && this.#sets.get(version) === before) return kept;
    const part = new ShadowPart(await this.#deps.start(version, partition, at));
    const set = this.#sets.get(version);
    if (set === undefined) throw letGo(version);
    // A live partition may have left its own here meanwhile.
    const came = set.parts.get(partition);
    if (came !== undefined) return came;
    set.parts.set(partition, part);
    return part;
  }

  /** Puts what was kept of a version in its place, where nothing of it has come yet. */
  async #resume(set: ShadowSet): Promise<void> {
    if (set.parts.size > 0) return;
    const runtimes = (await this.#deps.resume?.(set.version)) ?? [];
    if (set.parts.size > 0) return;
    for (const runtime of runtimes) set.parts.set(runtime.partition, new ShadowPart(runtime));
  }

  /** Moves a part towards a sequence, in slices that are paced. */
  async #move(
    set: ShadowSet,
    part: ShadowPart,
    to: Sequence,
    { signal, onProgress, yieldNow }: ReplayControl & Partial<Pick<FollowerDeps, 'yieldNow'>>,
  ): Promise<void> {
    const sink = await part.sinkOf(this.#readerOf(set, part));
    if (part.runtime.position >= to) return;
    const { merges } = set;
    const { clock, pace } = this.#deps;
    const journal = this.#journalOf(set, part);
    const { isAsked } = part.runtime;
    const sliceMsMax = isAsked ? ASKED_SHADOW_SLICE_MS_MAX : SHADOW_SLICE_MS_MAX;
    await this.#deps.follow(
      {
        ...{ journal, clock, runtime: part.runtime },
        sliceMsMax: Math.min(this.#deps.sliceMsMax, sliceMsMax),
        ...(merges && { merges }),
        yieldNow: yieldNow ?? pace.yielder(isAsked ? ASKED_SHADOW_SHARE_MAX : undefined),
        ...{ versions: undefined, sink },
        onProgress: (position) => onProgress?.(position, to, part.runtime.partition),
      },
      { until: to, signal },
    );
  }

  #readerOf({ version }: ShadowSet, { runtime }: ShadowPart): VersionReader | undefined {
    return this.#deps.readers?.of(version, runtime.partition);
  }

  #journalOf(set: ShadowSet, { runtime }: ShadowPart): FollowerDeps['journal'] {
    if (set.journal !== undefined) return set.journal;
    const { journal, pace } = this.#deps;
    const isErased = (surrogate: Uint8Array): Promise<boolean> => journal.isErased(surrogate);
    const deps = { journal, isErased, yieldNow: pace.yielder() };
    set.journal = orderedJournal(deps, runtime.definition);
    return set.journal;
  }

  #letFollow(set: ShadowSet, part: ShadowPart): void {
    if (this.#closed || !part.beginFollowing()) return;
    const { version } = set;
    part.runtime.observer = this.#deps.observerOf(version);
    this.#follow(set, part).catch((error: unknown) => {
      this.drop(version);
      this.#deps.onError(error, version);
    });
  }

  async #follow(set: ShadowSet, part: ShadowPart): Promise<void> {
    const { signal } = part;
    const { partition } = part.runtime;
    while (!signal.aborted) {
      const to = this.#deps.livePosition(partition);
      const isRead = part.isReadBy(this.#readerOf(set, part));
      if (part.runtime.position >= to && isRead) await this.#woken(signal);
      else await part.exclusive(() => this.#move(set, part, to, { signal }));
    }
  }

  /** Resolves when live partitions may have moved, or when the signal aborts. */
  async #woken(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#wakes.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wakes.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

function letGo(version: string): RepriseError {
  return new RepriseError('UNAVAILABLE', `version ${version} was let go of meanwhile: try again`);
}

import type { AliasBook } from '../../../activities/versions/alias-book.ts';
import type { CheckpointStore } from '../../../activities/replay/checkpoint-store.ts';
import { SHADOW_TAKE_MS_MAX } from '../../../activities/versions/shadows.ts';
import type { HeldStand, Shadows } from '../../../activities/versions/shadows.ts';
import type { VersionRegistry } from '../../../activities/versions/version-registry.ts';
import type {
  ReplayControl,
  VersionRuntimes,
} from '../../../activities/versions/version-runtimes.ts';
import type { PartitionRuntime } from '../../../actors/runtime/partition.ts';
import { hasCode, RepriseError } from '../../../events/error.ts';
import type { Partition, Sequence } from '../../../events/position.ts';
import type { Logger } from '../../logger.ts';
import { pauseFor } from '../servers/patience.ts';

/** Time after which a version that is being built, and that no lease advances, is let go of with a checkpoint. */
export const BUILD_IDLE_MS_MAX = 60_000;

/** Time after which a build that no lease advances gives way to another one. */
const BUILD_YIELDS_MS = 15_000;

/** How often it is looked which versions are to be held, and which checkpoints are due. */
const LOOK_MS = 1_000;

/** How long a version that could not be held is left alone. */
const RETRY_MS = 10_000;

/** A partition that this worker moves. */
export interface MovedPartition {
  readonly partition: Partition;
  readonly runtime: Pick<PartitionRuntime, 'definition' | 'position'>;
}

/** What holding versions needs. */
export interface HeldVersionsDeps {
  readonly shadows: Shadows;
  readonly versions: Pick<VersionRuntimes, 'advanceShadow' | 'runtimeAt'>;
  readonly registry: Pick<VersionRegistry, 'get'>;
  readonly book: Pick<AliasBook, 'aliases'>;
  /** False until the names have been read to the journal's head. */
  readonly isNamed: () => boolean;
  /** The versions that are held whatever they are called, because experiments compare them; none where it is absent. */
  readonly armed?: () => readonly string[];
  /** The partitions that this worker moves. */
  readonly moved: () => readonly MovedPartition[];
  readonly checkpoints: Pick<CheckpointStore, 'save' | 'newest'> & {
    /** Told that others may save states of a partition from now on. */
    forget(partition: Partition): void;
  };
  /** Tells whether users were erased since a version was made, who may be in its states. */
  readonly isStale: (version: string) => Promise<boolean>;
  readonly bounds: { readonly checkpointEventsMax: number; readonly checkpointMsMax: number };
  readonly clock: () => number;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

interface Saved {
  readonly position: number;
  readonly ms: number;
}

/**
 * The versions that a worker holds beside the live one, of the partitions that it moves: those that have a name, and one
 * that is being built. Each follows behind its live partition, so that a promotion finds it there or a few events away; a
 * checkpoint of it lets who takes the partition go on with it.
 */
export class HeldVersions {
  readonly #deps: HeldVersionsDeps;
  /** When a build was last advanced. */
  readonly #advancedMs = new Map<string, number>();
  readonly #failedMs = new Map<string, number>();
  readonly #saved = new Map<string, Saved>();
  readonly #wished = new Set<string>();
  /** A look at which checkpoints are due, under way: one whose partition stands at a barrier takes a while. */
  #saving: Promise<void> | undefined;

  constructor(deps: HeldVersionsDeps) {
    this.#deps = deps;
  }

  /**
   * Brings a partition of a version to a sequence; there it begins to follow. Throws BUSY where another worker moves the
   * partition, and CONFLICT where another version is being built.
   */
  async advance(
    version: string,
    partition: Partition,
    to: Sequence,
    control: ReplayControl,
  ): Promise<Sequence> {
    const { shadows } = this.#deps;
    if (!this.#isMoved(partition)) {
      throw new RepriseError(
        'BUSY',
        `another worker moves partition ${String(partition)}: it is for that one to build ${version} of it`,
        { partition },
      );
    }
    this.#yieldTo(version);
    const note = (): void => void this.#advancedMs.set(version, this.#deps.clock());
    note();
    try {
      return await shadows.advance(version, partition, to, {
        signal: control.signal,
        onProgress: (...reached) => {
          note();
          control.onProgress?.(...reached);
        },
      });
    } finally {
      note();
    }
  }

  /** The same of a version that is promoted as soon as it is there: where another one is being built it waits for its turn. */
  async advanceInTurn(...asked: Parameters<HeldVersions['advance']>): Promise<Sequence> {
    try {
      return await this.advance(...asked);
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error;
      throw new RepriseError('BUSY', error.message, error.fields, error);
    }
  }

  /** The runtime of a version that was promoted, standing exactly there: the one that is held, or its newest checkpoint and replay. */
  async runtimeAt(
    version: string,
    partition: Partition,
    at: Sequence,
    control: ReplayControl = { signal: new AbortController().signal },
  ): Promise<PartitionRuntime> {
    const { shadows, versions, checkpoints } = this.#deps;
    const signal = AbortSignal.any([control.signal, AbortSignal.timeout(SHADOW_TAKE_MS_MAX)]);
    const held = await shadows.take(version, partition, at, signal);
    if (held !== undefined) return held;
    if ((await checkpoints.newest({ version, partition, atMost: at })) !== undefined) {
      await versions.advanceShadow(version, partition, at, control);
    }
    return versions.runtimeAt(version, partition, at, control);
  }

  /** Keeps what was live until now: a rollback leads back to it. */
  retire(runtime: PartitionRuntime): void {
    this.#saved.delete(keyOf(runtime.definition.version, runtime.partition));
    this.#deps.shadows.put(runtime);
  }

  /** Says that live partitions may have moved on. */
  wake(): void {
    this.#deps.shadows.wake();
  }

  /** Where the versions stand that are held of a partition. */
  standsOf(partition: Partition): readonly HeldStand[] {
    return this.#deps.shadows.standsOf(partition);
  }

  /** Takes a checkpoint of every version that is held of a partition, for who takes it over. */
  async save(partition: Partition): Promise<void> {
    const stands = this.standsOf(partition);
    await Promise.all(stands.map(({ version }) => this.#save(version, partition)));
  }

  /** Takes a checkpoint of one, where it is held here; what is wished for meanwhile is the same wish. */
  async wish(version: string, partition: Partition): Promise<void> {
    const key = keyOf(version, partition);
    const isHeld = this.standsOf(partition).some((stand) => stand.version === version);
    if (!isHeld || this.#wished.has(key)) return;
    this.#wished.add(key);
    await this.#save(version, partition);
    this.#wished.delete(key);
  }

  /** Lets go of a partition. */
  drop(partition: Partition): void {
    this.#deps.shadows.dropPartition(partition);
    this.#deps.checkpoints.forget(partition);
    for (const key of this.#saved.keys()) {
      if (key.endsWith(`/${String(partition)}`)) this.#saved.delete(key);
    }
  }

  /** Holds what has a name until the signal aborts; what fails is told, and tried again. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => {
        this.#deps.logger.warn({ err: error }, 'versions beside the live one: trying again');
      });
      await pauseFor(LOOK_MS, signal);
    }
    await this.#deps.shadows.close();
  }

  /** Looks once. */
  async look(): Promise<void> {
    const { book, shadows, isNamed } = this.#deps;
    await this.#endIdleBuilds();
    if (isNamed()) {
      const { live, shadow, previous } = book.aliases;
      const armed = this.#deps.armed?.() ?? [];
      const beside = [shadow, previous, ...armed].filter((name) => name !== null);
      for (const name of [live, ...beside]) shadows.built(name);
      const served = this.#deps.moved().map(({ runtime }) => runtime.definition.version);
      shadows.keepOnly(new Set([live, ...beside, ...served]));
      for (const version of shadows.versions) {
        if (!served.includes(version) && (await this.#deps.isStale(version))) shadows.drop(version);
      }
      for (const version of new Set(beside)) if (version !== live) await this.#hold(version);
    }
    this.#saving ??= this.#saveDue().finally(() => {
      this.#saving = undefined;
    });
  }

  #isMoved(partition: Partition): boolean {
    return this.#deps.moved().some((one) => one.partition === partition);
  }

  /** Has one build at a time: what nobody advances any more was cancelled, or has failed. */
  #yieldTo(version: string): void {
    const { shadows, clock } = this.#deps;
    for (const other of shadows.building) {
      if (other === version) continue;
      if (clock() - (this.#advancedMs.get(other) ?? 0) < BUILD_YIELDS_MS) {
        throw new RepriseError(
          'CONFLICT',
          `version ${other} is being built, and one is at a time: wait for its end, or cancel it`,
        );
      }
      shadows.drop(other);
    }
  }

  async #endIdleBuilds(): Promise<void> {
    const { shadows, clock, logger } = this.#deps;
    for (const version of shadows.building) {
      if (clock() - (this.#advancedMs.get(version) ?? 0) < BUILD_IDLE_MS_MAX) continue;
      const saved = this.#deps.moved().map(({ partition }) => this.#save(version, partition));
      await Promise.race([Promise.all(saved), pauseFor(LOOK_MS, new AbortController().signal)]);
      logger.info({ version }, 'a version that nobody builds any more is let go of');
      shadows.drop(version);
      this.#advancedMs.delete(version);
    }
  }

  /** Holds a version of every partition that is moved here. */
  async #hold(version: string): Promise<void> {
    const { shadows, registry, clock, logger } = this.#deps;
    if (clock() - (this.#failedMs.get(version) ?? -RETRY_MS) < RETRY_MS) return;
    for (const { partition, runtime } of this.#deps.moved()) {
      // A partition that stands before its promotion still serves it, and leaves it here when it comes there.
      if (runtime.definition.version === version) continue;
      if (this.standsOf(partition).some((stand) => stand.version === version)) continue;
      const known = await registry.get(version);
      const start = known?.definition.start[partition];
      if (known?.retired === true || start === undefined || start > runtime.position) continue;
      if (await this.#deps.isStale(version)) continue;
      try {
        await shadows.holdPartition(version, partition);
        // It may have been given up while its state was read.
        if (!this.#isMoved(partition)) shadows.dropPartition(partition);
        logger.info({ version, partition }, 'held beside the live version');
      } catch (error) {
        this.failed(version, error);
        return;
      }
    }
  }

  /** Takes note of a version that had to be let go of: it is tried again a while later. */
  failed(version: string, error: unknown): void {
    const { logger, clock } = this.#deps;
    this.#failedMs.set(version, clock());
    logger.warn({ err: error, version }, 'a version cannot be held beside the live one');
  }

  async #saveDue(): Promise<void> {
    for (const { partition } of this.#deps.moved()) {
      for (const stand of this.standsOf(partition)) {
        if (!this.#isDue(partition, stand)) continue;
        const { version, position } = stand;
        this.#saved.set(keyOf(version, partition), { position, ms: this.#deps.clock() });
        await this.#save(version, partition);
      }
    }
  }

  /** What was not kept here yet is kept at once: it can be proven and gone on with from then on. */
  #isDue(partition: Partition, { version, position }: HeldStand): boolean {
    const { bounds, clock } = this.#deps;
    const saved = this.#saved.get(keyOf(version, partition));
    if (saved === undefined) return true;
    const events = position - saved.position;
    const isOld = events !== 0 && clock() - saved.ms >= bounds.checkpointMsMax;
    return isOld || events >= bounds.checkpointEventsMax;
  }

  /** Takes a checkpoint of a version; a failure is told, and costs a longer replay at the most. */
  async #save(version: string, partition: Partition): Promise<void> {
    const { shadows, checkpoints, clock, logger } = this.#deps;
    try {
      // An erasure deletes what is kept of older versions: nothing comes after it.
      if (await this.#deps.isStale(version)) return;
      const taken = await shadows.visit(version, partition, (runtime) => runtime.capture());
      if (taken === undefined) return;
      await checkpoints.save(taken);
      this.#saved.set(keyOf(version, partition), {
        position: taken.manifest.sequence,
        ms: clock(),
      });
    } catch (error) {
      logger.warn({ err: error, version, partition }, 'a held version was not kept');
    }
  }
}

function keyOf(version: string, partition: Partition): string {
  return `${version}/${String(partition)}`;
}

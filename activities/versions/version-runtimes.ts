import type { VersionDefinition } from '../../actors/runtime/definition.ts';
import { RepriseError } from '../../events/error.ts';
import type { Journal } from '../../events/journal.ts';
import { ORIGIN, sequence } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { Merge } from '../../model/merge.ts';
import type { CheckpointStore } from '../replay/checkpoint-store.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import type { FollowerDeps, follow, VersionSource } from '../replay/follower.ts';
import type { MergeExchange } from '../merges/merge-exchange.ts';
import { replayTogether, type Part } from '../replay/replay-together.ts';
import { ScratchMerges } from '../merges/scratch-merges.ts';
import type { Logger } from '../logger.ts';
import { Phases } from '../phases.ts';
import { orderedJournal } from '../replay/ordered-journal.ts';
import type { RegisteredVersion, VersionRegistry } from './version-registry.ts';

/** Makes runtimes, each with a kernel of its own. */
export interface RuntimeMaker {
  /** A runtime at its version's empty start. */
  create(definition: VersionDefinition, partition: Partition): PartitionRuntime;
  /** A runtime in the state of a checkpoint. */
  restore(
    definition: VersionDefinition,
    partition: Partition,
    checkpoint: Checkpoint,
  ): Promise<PartitionRuntime>;
}

/** What version runtimes are made with. */
export interface VersionRuntimesDeps extends Pick<
  FollowerDeps,
  'yieldNow' | 'sliceMsMax' | 'clock'
> {
  readonly journal: FollowerDeps['journal'] & Pick<Journal, 'isErased'>;
  readonly registry: Pick<VersionRegistry, 'get' | 'list' | 'base'>;
  readonly checkpoints: Pick<CheckpointStore, 'newest' | 'list'>;
  readonly maker: RuntimeMaker;
  readonly follow: typeof follow;
  readonly logger: Logger;
  /** Where shadows meet live partitions at barriers; absent where there is one partition only. */
  readonly merges?: MergeExchange;
}

/** How a bounded replay is watched and ended. */
export interface ReplayControl {
  readonly signal: AbortSignal;
  readonly onProgress?: (position: Sequence, until: Sequence, partition: Partition) => void;
}

/** What a replay of all partitions together is asked for. */
interface Together<T> {
  readonly ats: ReadonlyMap<Partition, Sequence>;
  readonly visit: (runtime: PartitionRuntime) => Promise<T>;
  readonly control: ReplayControl;
  readonly onMerge?: (merge: Merge) => Promise<void>;
}

const NEVER = new AbortController().signal;

/**
 * Builds the runtime of any version at any position, and keeps the shadows: runtimes of versions that are not live
 * yet, brought to the head by a tail replay and handed to the follower when their promotion comes.
 */
export class VersionRuntimes implements VersionSource {
  readonly #deps: VersionRuntimesDeps;
  readonly #shadows = new Map<string, PartitionRuntime>();
  /** Replays of all partitions together are served in turn: each holds a runtime a partition. */
  #together: Promise<unknown> = Promise.resolve();

  constructor(deps: VersionRuntimesDeps) {
    this.#deps = deps;
  }

  /** The live state to start from: the newest good checkpoint of any version, else the first version's start. */
  async recover(
    partition: Partition,
    phases = new Phases(this.#deps.clock),
  ): Promise<PartitionRuntime> {
    const head = this.#deps.journal.head(partition);
    const newest = await phases.of('checkpoint', async () => {
      await this.#refuseLostJournal(partition, head);
      return this.#deps.checkpoints.newest({ partition, atMost: head });
    });
    const known = newest && (await this.#deps.registry.get(newest.checkpoint.manifest.version));
    if (newest && known) {
      const { maker } = this.#deps;
      const runtime = await phases.of('restore', () =>
        maker.restore(known.definition, partition, newest.checkpoint),
      );
      // A replay looks up whom it meets; whom the checkpoint holds is looked up here.
      await phases.of('identities', () => runtime.checkIdentities());
      return runtime;
    }
    const [first] = await this.#deps.registry.list();
    if (first === undefined) {
      throw new RepriseError('NOT_FOUND', 'no version is registered: register the first one');
    }
    return this.#deps.maker.create(first.definition, partition);
  }

  /** What a checkpoint holds was durable in the journal before: one past its head says that the journal lost events. */
  async #refuseLostJournal(partition: Partition, head: Sequence): Promise<void> {
    const [newest] = await this.#deps.checkpoints.list(partition);
    if (newest === undefined || newest.sequence <= head) return;
    throw new RepriseError(
      'DAMAGED',
      `the journal of partition ${String(partition)} ends at ${String(head)}, but a checkpoint stands at ` +
        `${String(newest.sequence)}: events were lost; restore the journal from a backup, or remove ` +
        `${newest.path} and those beside it to go on without them`,
      { partition, head },
    );
  }

  /** The runtime of a version standing exactly at a sequence: its shadow moved on, or base and replay. */
  async runtimeAt(
    version: string,
    partition: Partition,
    at: Sequence,
    control: ReplayControl = { signal: NEVER },
  ): Promise<PartitionRuntime> {
    const shadow = this.#takeShadow(version, partition, at);
    if (shadow === undefined && (await this.#hasOthers(version))) {
      const captured = (runtime: PartitionRuntime): Promise<Checkpoint> => runtime.capture();
      const ats = new Map([[partition, at]]);
      const [checkpoint] = await this.visitAt(version, ats, captured, control);
      const { definition } = await this.#known(version);
      if (checkpoint !== undefined) {
        return this.#deps.maker.restore(definition, partition, checkpoint);
      }
    }
    const start = shadow ?? (await this.nearest(version, partition, at));
    return this.#forward(start, at, control);
  }

  /**
   * Visits runtimes of a version, each standing exactly at its partition's sequence, in the order of `ats`. Many
   * partitions are replayed together from their bases, with merges of their own; a visited runtime may be moved on
   * after the visit.
   */
  async visitAt<T>(
    version: string,
    ats: ReadonlyMap<Partition, Sequence>,
    visit: (runtime: PartitionRuntime) => Promise<T>,
    control: ReplayControl = { signal: NEVER },
  ): Promise<readonly T[]> {
    if (!(await this.#hasOthers(version))) {
      const visited: T[] = [];
      for (const [partition, at] of ats) {
        visited.push(await visit(await this.runtimeAt(version, partition, at, control)));
      }
      return visited;
    }
    const found = await this.#replayTogether(version, { ats, visit, control });
    return [...ats.keys()].map((partition) => found[partition] as T);
  }

  /** Derives the merges of a version again, those of `from` and later, as far as the journal goes. */
  async deriveMerges(
    version: string,
    from: number,
    write: (merge: Merge) => Promise<void>,
    control: ReplayControl = { signal: NEVER },
  ): Promise<void> {
    const { start } = (await this.#known(version)).definition;
    const heads = start.map((_, partition) => this.#deps.journal.head(partition));
    await this.#replayTogether(version, {
      ats: new Map(heads.entries()),
      visit: () => Promise.resolve(),
      control,
      onMerge: async (merge) => {
        if (merge.barrier >= from) await write(merge);
      },
    });
  }

  /**
   * A runtime from which a version can be built to a sequence: its nearest checkpoint, or where it begins. Of many
   * partitions it begins, for what they exchanged on the way is made again only by all of them together.
   */
  async startOf(version: string, partition: Partition, at: Sequence): Promise<PartitionRuntime> {
    if (!(await this.#hasOthers(version))) return this.nearest(version, partition, at);
    const { definition } = await this.#known(version);
    refuseBeforeStart(definition, partition, at);
    return this.#atStart(definition, partition);
  }

  /** Brings a version's shadow to a sequence and keeps it there; what an earlier call reached is gone on from. */
  async advanceShadow(
    version: string,
    partition: Partition,
    to: Sequence,
    control: ReplayControl,
  ): Promise<Sequence> {
    const key = shadowKey(version, partition);
    const start =
      this.#takeShadow(version, partition, to) ?? (await this.nearest(version, partition, to));
    // Kept at once: where the replay is ended early, the next lease goes on from what it reached.
    this.#shadows.set(key, start);
    const reached = await this.#forward(start, to, control, false);
    this.#shadows.set(key, reached);
    return reached.position;
  }

  async isRetired(version: string): Promise<boolean> {
    return (await this.#deps.registry.get(version))?.retired === true;
  }

  /** Forgets the shadows of all versions but one: they may know users who were erased. */
  dropOtherShadows(version: string): void {
    for (const key of this.#shadows.keys()) {
      if (!key.startsWith(`${version}/`)) this.#shadows.delete(key);
    }
  }

  /** Forgets a version's shadows. */
  dropShadows(version: string): void {
    for (const key of this.#shadows.keys()) {
      if (key.startsWith(`${version}/`)) this.#shadows.delete(key);
    }
  }

  #takeShadow(version: string, partition: Partition, at: Sequence): PartitionRuntime | undefined {
    const key = shadowKey(version, partition);
    const shadow = this.#shadows.get(key);
    if (shadow === undefined || shadow.position > at) return undefined;
    this.#shadows.delete(key);
    return shadow;
  }

  /** A version's newest state at or before a sequence: a checkpoint, or where it begins. What it meets after has to be kept. */
  async nearest(version: string, partition: Partition, at: Sequence): Promise<PartitionRuntime> {
    const { checkpoints, maker } = this.#deps;
    const { definition } = await this.#known(version);
    refuseBefore(definition, partition, at);
    const newest = await checkpoints.newest({ version, partition, atMost: at });
    if (newest) return maker.restore(definition, partition, newest.checkpoint);
    return this.#atStart(definition, partition);
  }

  /** The runtime of a version where it begins. */
  async #atStart(definition: VersionDefinition, partition: Partition): Promise<PartitionRuntime> {
    const { registry, maker } = this.#deps;
    const base = await registry.base(definition.version, partition);
    if (base) return maker.restore(definition, partition, base);
    return maker.create(definition, partition);
  }

  async #known(version: string): Promise<RegisteredVersion> {
    const known = await this.#deps.registry.get(version);
    if (known !== undefined) return known;
    throw new RepriseError('NOT_FOUND', `model version ${version} is not registered here`, {
      version,
    });
  }

  async #hasOthers(version: string): Promise<boolean> {
    return (await this.#known(version)).definition.start.length > 1;
  }

  #replayTogether<T>(version: string, asked: Together<T>): Promise<readonly (T | undefined)[]> {
    const replayed = this.#together.then(() => this.#replayAll(version, asked));
    this.#together = replayed.catch(() => undefined);
    return replayed;
  }

  async #replayAll<T>(
    version: string,
    { ats, visit, control, onMerge }: Together<T>,
  ): Promise<readonly (T | undefined)[]> {
    const { definition } = await this.#known(version);
    const parts: Part<T>[] = [];
    for (const partition of definition.start.keys()) {
      const until = ats.get(partition);
      if (until !== undefined) refuseBefore(definition, partition, until);
      parts.push({ runtime: await this.#atStart(definition, partition), until, visit });
    }
    const { yieldNow, sliceMsMax, clock } = this.#deps;
    const journal = this.#journalOf(definition);
    const merges = new ScratchMerges({
      partitions: parts.length,
      yieldNow,
      ...(onMerge && { onMerge }),
    });
    return replayTogether(
      {
        ...{ journal, yieldNow, sliceMsMax, clock, merges },
        versions: undefined,
        sink: undefined,
        onProgress: (partition, position) => {
          const until = ats.get(partition);
          if (until !== undefined && position <= until)
            control.onProgress?.(position, until, partition);
        },
      },
      parts,
      control.signal,
    );
  }

  /** The journal as a version reads it. */
  #journalOf(definition: VersionDefinition): FollowerDeps['journal'] {
    const { journal, yieldNow } = this.#deps;
    const isErased = (surrogate: Uint8Array): Promise<boolean> => journal.isErased(surrogate);
    return orderedJournal({ journal, isErased, yieldNow }, definition);
  }

  async #forward(
    runtime: PartitionRuntime,
    to: Sequence,
    control: ReplayControl,
    whole = true,
  ): Promise<PartitionRuntime> {
    if (runtime.position >= to) return runtime;
    const { yieldNow, sliceMsMax, clock, merges } = this.#deps;
    const journal = this.#journalOf(runtime.definition);
    const reached = await this.#deps.follow(
      {
        journal,
        runtime,
        versions: undefined,
        sink: undefined,
        ...(merges && { merges }),
        yieldNow,
        sliceMsMax,
        clock,
        onProgress: (position) => control.onProgress?.(position, to, runtime.partition),
      },
      { until: sequence(to), signal: control.signal },
    );
    if (whole && reached.position !== to) {
      throw new RepriseError('UNAVAILABLE', 'the replay was ended before its range: try again');
    }
    return reached;
  }
}

/** Refuses a place where a version has no state: it has read other events there, where it orders them by time. */
function refuseBefore(definition: VersionDefinition, partition: Partition, at: Sequence): void {
  const { version, timeOrderedTo } = definition;
  refuseBeforeStart(definition, partition, at);
  const ordered = timeOrderedTo?.[partition] ?? ORIGIN;
  if (at >= ordered) return;
  throw new RepriseError(
    'INVALID',
    `version ${version} learned the events up to ${String(ordered)} in the order of their times: ` +
      `it has no state at ${String(at)}`,
    { version },
  );
}

function refuseBeforeStart(
  definition: VersionDefinition,
  partition: Partition,
  at: Sequence,
): void {
  const { version } = definition;
  const start = definition.start[partition] ?? ORIGIN;
  if (at >= start) return;
  throw new RepriseError(
    'INVALID',
    `version ${version} starts at ${String(start)}: it has no state at ${String(at)}`,
    { version },
  );
}

function shadowKey(version: string, partition: Partition): string {
  return `${version}/${String(partition)}`;
}

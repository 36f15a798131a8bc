import type { VersionDefinition } from '../actors/runtime/definition.ts';
import { RepriseError } from '../events/error.ts';
import { ORIGIN, sequence } from '../events/position.ts';
import type { Partition, Sequence } from '../events/position.ts';
import type { Checkpoint } from '../model/checkpoint.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { PartitionRuntime } from '../actors/runtime/partition.ts';
import type { FollowerDeps, follow, VersionSource } from './follower.ts';
import type { Logger } from './logger.ts';
import type { VersionRegistry } from './version-registry.ts';

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
  'journal' | 'yieldNow' | 'sliceMsMax' | 'clock'
> {
  readonly registry: Pick<VersionRegistry, 'get' | 'list' | 'base'>;
  readonly checkpoints: Pick<CheckpointStore, 'newest' | 'list'>;
  readonly maker: RuntimeMaker;
  readonly follow: typeof follow;
  readonly logger: Logger;
}

/** How a bounded replay is watched and ended. */
export interface ReplayControl {
  readonly signal: AbortSignal;
  readonly onProgress?: (position: Sequence, until: Sequence) => void;
}

/** Time after which a shadow that nobody advanced is let go of, where several workers keep some. */
export const SHADOW_IDLE_MS_MAX = 600_000;

const NEVER = new AbortController().signal;

interface Shadow {
  readonly runtime: PartitionRuntime;
  /** When it was advanced last. */
  readonly keptMs: number;
}

/**
 * Builds the runtime of any version at any position, and keeps the shadows: runtimes of versions that are not live
 * yet, brought to the head by a tail replay and handed to the follower when their promotion comes.
 */
export class VersionRuntimes implements VersionSource {
  readonly #deps: VersionRuntimesDeps;
  readonly #shadows = new Map<string, Shadow>();

  constructor(deps: VersionRuntimesDeps) {
    this.#deps = deps;
  }

  /** The live state to start from: the newest good checkpoint of any version, else the first version's start. */
  async recover(partition: Partition): Promise<PartitionRuntime> {
    const head = this.#deps.journal.head(partition);
    await this.#refuseLostJournal(partition, head);
    const newest = await this.#deps.checkpoints.newest({ partition, atMost: head });
    const known = newest && (await this.#deps.registry.get(newest.checkpoint.manifest.version));
    if (newest && known) {
      const { maker } = this.#deps;
      const runtime = await maker.restore(known.definition, partition, newest.checkpoint);
      // A replay looks up whom it meets; whom the checkpoint holds is looked up here.
      await runtime.checkIdentities();
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
    const start = shadow ?? (await this.#nearest(version, partition, at));
    return this.#forward(start, at, control);
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
      this.#takeShadow(version, partition, to) ?? (await this.#nearest(version, partition, to));
    // Kept at once: where the replay is ended early, the next lease goes on from what it reached.
    this.#keepShadow(key, start);
    const reached = await this.#forward(start, to, control, false);
    this.#keepShadow(key, reached);
    return reached.position;
  }

  /** Forgets a version's shadows. */
  dropShadows(version: string): void {
    for (const key of this.#shadows.keys()) {
      if (key.startsWith(`${version}/`)) this.#shadows.delete(key);
    }
  }

  /** Forgets the shadows that nobody advanced for so long: they may have been promoted elsewhere, or never will be. */
  dropIdleShadows(idleMsMax = SHADOW_IDLE_MS_MAX): void {
    const since = this.#deps.clock() - idleMsMax;
    for (const [key, { keptMs }] of this.#shadows) {
      if (keptMs < since) this.#shadows.delete(key);
    }
  }

  #keepShadow(key: string, runtime: PartitionRuntime): void {
    this.#shadows.set(key, { runtime, keptMs: this.#deps.clock() });
  }

  #takeShadow(version: string, partition: Partition, at: Sequence): PartitionRuntime | undefined {
    const key = shadowKey(version, partition);
    const shadow = this.#shadows.get(key)?.runtime;
    if (shadow === undefined || shadow.position > at) return undefined;
    this.#shadows.delete(key);
    return shadow;
  }

  async #nearest(version: string, partition: Partition, at: Sequence): Promise<PartitionRuntime> {
    const { registry, checkpoints, maker } = this.#deps;
    const known = await registry.get(version);
    if (known === undefined) {
      throw new RepriseError('NOT_FOUND', `model version ${version} is not registered here`, {
        version,
      });
    }
    const start = known.definition.start[partition] ?? ORIGIN;
    if (at < start) {
      throw new RepriseError(
        'INVALID',
        `version ${version} starts at ${String(start)}: it has no state at ${String(at)}`,
        { version },
      );
    }
    const newest = await checkpoints.newest({ version, partition, atMost: at });
    if (newest) return maker.restore(known.definition, partition, newest.checkpoint);
    const base = await registry.base(version, partition);
    if (base) return maker.restore(known.definition, partition, base);
    return maker.create(known.definition, partition);
  }

  async #forward(
    runtime: PartitionRuntime,
    to: Sequence,
    control: ReplayControl,
    whole = true,
  ): Promise<PartitionRuntime> {
    if (runtime.position >= to) return runtime;
    const { journal, yieldNow, sliceMsMax, clock } = this.#deps;
    const reached = await this.#deps.follow(
      {
        journal,
        runtime,
        versions: undefined,
        sink: () => undefined,
        yieldNow,
        sliceMsMax,
        clock,
        onProgress: (position) => control.onProgress?.(position, to),
      },
      { until: sequence(to), signal: control.signal },
    );
    if (whole && reached.position !== to) {
      throw new RepriseError('UNAVAILABLE', 'the replay was ended before its range: try again');
    }
    return reached;
  }
}

function shadowKey(version: string, partition: Partition): string {
  return `${version}/${String(partition)}`;
}

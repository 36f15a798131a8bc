import { follow } from '../../../../activities/replay/follower.ts';
import type { Aliases } from '../../../../activities/versions/aliases.ts';
import type { MergeExchange } from '../../../../activities/merges/merge-exchange.ts';
import { ShadowPace } from '../../../../activities/versions/shadow-pace.ts';
import { Shadows } from '../../../../activities/versions/shadows.ts';
import type { VersionRuntimes } from '../../../../activities/versions/version-runtimes.ts';
import { PrequentialObserver } from '../../../../actors/runtime/prequential-observer.ts';
import { PartitionRuntime } from '../../../../actors/runtime/partition.ts';
import { ORIGIN, sequence } from '../../../../events/position.ts';
import type { Sequence } from '../../../../events/position.ts';
import type { Checkpoint } from '../../../../model/checkpoint.ts';
import { HeldVersions } from '../../../../processes/cluster/worker/held-versions.ts';
import type { MovedPartition } from '../../../../processes/cluster/worker/held-versions.ts';
import { createLogger } from '../../../../processes/logger.ts';
import { definitionOf } from '../../../doubles/partition-rig.ts';
import type { PartitionRig } from '../../../doubles/partition-rig.ts';

const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What the workers of a test share. */
export interface SharedWorld {
  readonly rig: PartitionRig;
  readonly partitions: number;
  readonly merges?: MergeExchange;
  /** What was kept, oldest first. */
  readonly saved: Checkpoint[];
}

/** A worker that holds versions beside the live one of the partitions that a test gives it. */
export class HeldWorker {
  readonly held: HeldVersions;
  readonly shadows: Shadows;
  /** Where the live partitions of this worker stand. */
  readonly moved = new Map<number, Sequence>();
  aliases: Aliases = { live: 'v1', shadow: null, previous: null };
  nowMs = 0;
  /** Versions that arms of experiments name. */
  armed: readonly string[] = [];
  /** Versions since which users were erased. */
  readonly stale = new Set<string>();
  readonly #world: SharedWorld;

  constructor(world: SharedWorld, moved: readonly number[]) {
    this.#world = world;
    const { rig, partitions, merges, saved } = world;
    for (const partition of moved) this.moved.set(partition, rig.journal.head(partition));
    this.shadows = new Shadows({
      ...{ journal: rig.journal, partitions, follow, yieldNow, sliceMsMax: 8, clock: rig.clock },
      pace: new ShadowPace({ clock: rig.clock, yieldNow, sleep: async () => yieldNow() }),
      start: (version, partition, at) => this.#nearest(version, partition, at),
      livePosition: (partition) => this.moved.get(partition) ?? ORIGIN,
      observerOf: () => new PrequentialObserver(0),
      ...(merges && { merges }),
      onError: (error, version) => this.held.failed(version, error),
    });
    this.held = new HeldVersions({
      ...{ shadows: this.shadows, logger: createLogger('silent'), clock: () => this.nowMs },
      versions: this.#versions(),
      registry: {
        get: (version) => {
          const definition = definitionOf(version, {}, partitions);
          return Promise.resolve({
            ...{ definition, parent: null, createdMs: 0, trainedBy: null, metrics: {} },
          });
        },
      },
      book: this,
      isNamed: () => true,
      armed: () => this.armed,
      isStale: (version) => Promise.resolve(this.stale.has(version)),
      moved: () => this.#moved(),
      checkpoints: {
        forget: () => undefined,
        save: (checkpoint) => {
          saved.push(checkpoint);
          const { version, partition, sequence: at } = checkpoint.manifest;
          return Promise.resolve({
            ...{ version, partition, sequence: at, sha256: '', path: '', bytes: 0 },
          });
        },
        newest: ({ version = '', partition, atMost = Infinity }) => {
          const checkpoint = this.#newest(version, partition, atMost);
          const { sequence: at = 0 } = checkpoint?.manifest ?? {};
          const about = { version, partition, sequence: at, sha256: '', path: '', bytes: 0 };
          return Promise.resolve(checkpoint && { checkpoint, saved: about });
        },
      },
      bounds: { checkpointEventsMax: 100, checkpointMsMax: 5_000 },
    });
  }

  /** Says that the live partitions have come to their heads. */
  liveAtHeads(): void {
    for (const partition of this.moved.keys()) {
      this.moved.set(partition, this.#world.rig.journal.head(partition));
    }
    this.held.wake();
  }

  #moved(): readonly MovedPartition[] {
    return [...this.moved].map(([partition, position]) => {
      const definition = definitionOf('v1', {}, this.#world.partitions);
      return { partition, runtime: { definition, position } };
    });
  }

  #newest(version: string, partition: number, atMost: number): Checkpoint | undefined {
    return this.#world.saved.findLast(
      ({ manifest }) =>
        manifest.version === version &&
        manifest.partition === partition &&
        manifest.sequence <= atMost,
    );
  }

  async #nearest(version: string, partition: number, at: number): Promise<PartitionRuntime> {
    const { rig, partitions } = this.#world;
    const definition = definitionOf(version, {}, partitions);
    const checkpoint = this.#newest(version, partition, at);
    if (checkpoint === undefined) return rig.runtime(definition, partition);
    return PartitionRuntime.restore(rig.deps(definition, partition), checkpoint);
  }

  /** What builds a version that nobody holds: from its newest checkpoint, of one partition. */
  #versions(): Pick<VersionRuntimes, 'advanceShadow' | 'runtimeAt'> {
    let advanced: PartitionRuntime | undefined;
    const forward = async (version: string, partition: number, at: number) => {
      advanced ??= await this.#nearest(version, partition, at);
      return this.#world.rig.replay(advanced, sequence(at));
    };
    return {
      advanceShadow: async (version, partition, to) =>
        (await forward(version, partition, to)).position,
      runtimeAt: (version, partition, at) => forward(version, partition, at),
    };
  }
}

import { PrequentialObserver } from '../../../../actors/runtime/prequential-observer.ts';
import type { CheckpointStore } from '../../../../activities/replay/checkpoint-store.ts';
import type { Fence, FenceStore, MoverStand } from '../../../../activities/replay/fences.ts';
import { follow } from '../../../../activities/replay/follower.ts';
import { VersionRuntimes } from '../../../../activities/versions/version-runtimes.ts';
import type { WorkerRegister } from '../../../../adapters/cluster/worker-register.ts';
import { RepriseError } from '../../../../events/error.ts';
import { DEFAULT_INTERACTION_TYPES } from '../../../../events/interaction-type.ts';
import { sequence } from '../../../../events/position.ts';
import { PartitionRuntime } from '../../../../actors/runtime/partition.ts';
import type { Checkpoint } from '../../../../model/checkpoint.ts';
import type { ModelDelta } from '../../../../model/delta.ts';
import { takePartition } from '../../../../processes/cluster/worker/partition-taking.ts';
import type {
  DeltaStream,
  TakingDeps,
} from '../../../../processes/cluster/worker/partition-taking.ts';
import { PartitionHost } from '../../../../processes/cluster/worker/partition-host.ts';
import { createLogger } from '../../../../processes/logger.ts';
import type { UserStorePlace } from '../../../../projections/user-store.ts';
import { DeltaMirror } from '../../../doubles/delta-mirror.ts';
import { createMemoryPopular } from '../../../doubles/memory-popular.ts';
import { definitionOf, PartitionRig } from '../../../doubles/partition-rig.ts';

const SILENT = createLogger('silent');

const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const down = new RepriseError('UNAVAILABLE', 'it is down: start it');

/** What the workers of a test share, in memory, with ways to break it. */
export class WorkerWorld {
  readonly rig: PartitionRig;
  readonly definition = definitionOf('v1', {}, 2);
  readonly numbers = new Map<number, number>();
  readonly notes = new Map<number, MoverStand & { readonly fence: Fence }>();
  /** What workers hold beside the live version; nothing where it is absent. */
  beside:
    (NonNullable<TakingDeps['beside']> & Pick<TakingDeps['versions'], 'runtimeAt'>) | undefined;
  /** What a reader of each partition's stream holds. */
  readonly mirrors = new Map<number, DeltaMirror>();
  readonly streams = new Map<number, { to: number; version: string; fence: number }>();
  readonly places = new Map<number, UserStorePlace>();
  readonly wholes: number[] = [];
  readonly saved: (Checkpoint & { readonly fence: number })[] = [];
  readonly alive = new Set<string>();
  /** True while a store refuses. */
  streamIsDown = false;
  usersAreDown = false;
  nowMs = 0;

  private constructor(rig: PartitionRig) {
    this.rig = rig;
  }

  static async create(partitions = 2): Promise<WorkerWorld> {
    return new WorkerWorld(await PartitionRig.create(partitions));
  }

  readonly fences: FenceStore = {
    take: (partition, holder) => {
      const number = (this.numbers.get(partition) ?? 0) + 1;
      this.numbers.set(partition, number);
      return Promise.resolve({ partition, number, holder });
    },
    check: (fence) => Promise.resolve().then(() => this.#assertStands(fence)),
    tell: (fence, stand) =>
      Promise.resolve().then(() => {
        this.#assertStands(fence);
        this.notes.set(fence.partition, { fence, ...stand });
      }),
    notes: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  };

  readonly stream: DeltaStream = {
    end: (partition) => {
      const end = this.streams.get(partition);
      return Promise.resolve(end && { to: sequence(end.to) });
    },
    append: (delta, fence) => Promise.resolve().then(() => this.#append(delta, fence)),
  };

  readonly register: WorkerRegister = {
    beat: (worker) => Promise.resolve(this.alive.add(worker).size),
    workers: () => Promise.resolve([...this.alive]),
    leave: (worker) => Promise.resolve(void this.alive.delete(worker)),
  };

  /** A worker of this world. */
  host(holder: string): PartitionHost {
    const checkpoints: Pick<CheckpointStore, 'save' | 'newest' | 'list'> = {
      save: (checkpoint) =>
        Promise.resolve().then(() => {
          const { partition, version, sequence: at } = checkpoint.manifest;
          const fence = host.fenceOf(partition);
          if (fence === undefined) throw new RepriseError('FENCED', 'not ours');
          this.#assertStands(fence);
          this.saved.push({ ...checkpoint, fence: fence.number });
          return { version, partition, sequence: at, sha256: '', path: '', bytes: 0 };
        }),
      newest: ({ partition }) => {
        const checkpoint = this.saved.findLast((one) => one.manifest.partition === partition);
        const { version = '', sequence: at = 0 } = checkpoint?.manifest ?? {};
        const saved = { version, partition, sequence: at, sha256: '', path: '', bytes: 0 };
        return Promise.resolve(checkpoint && { checkpoint, saved });
      },
      list: () => Promise.resolve([]),
    };
    const { rig, definition } = this;
    const clock = (): number => this.nowMs;
    const registered = { parent: null, createdMs: 0, trainedBy: null, metrics: {}, definition };
    const versions = new VersionRuntimes({
      ...{ journal: rig.journal, yieldNow, sliceMsMax: 8, clock, checkpoints, follow },
      logger: SILENT,
      registry: {
        get: () => Promise.resolve(registered),
        list: () => Promise.resolve([registered]),
        base: () => Promise.resolve(undefined),
      },
      maker: {
        create: (known, partition) => rig.runtime(known, partition),
        restore: (known, partition, checkpoint) =>
          PartitionRuntime.restore(rig.deps(known, partition), checkpoint),
      },
    });
    const { beside } = this;
    const taking: TakingDeps = {
      versions: {
        recover: (...asked) => versions.recover(...asked),
        runtimeAt: (...asked) => (beside ?? versions).runtimeAt(...asked),
        isRetired: (version) => versions.isRetired(version),
      },
      ...(beside && { beside }),
      ...{ checkpoints, yieldNow, clock, sliceMsMax: 8, logger: SILENT },
      ...{ journal: rig.journal, fences: this.fences, stream: this.stream },
      users: this.#users(),
      popular: createMemoryPopular(1_000),
      fold: { types: DEFAULT_INTERACTION_TYPES, isErased: () => Promise.resolve(false) },
      bounds: { checkpointEventsMax: 1_000_000, checkpointMsMax: 1_000_000 },
      observerOf: () => new PrequentialObserver(0),
    };
    const host: PartitionHost = new PartitionHost({
      ...{ holder, queue: `queue-${holder}`, partitions: rig.journal.partitions, logger: SILENT },
      ...{ fences: this.fences, register: this.register, isAskedAlone: () => false },
      take: (fence, onLost) => takePartition(fence, taking, onLost),
    });
    return host;
  }

  #users(): Parameters<typeof takePartition>[1]['users'] {
    const refuse = (): never => {
      throw new RangeError('nobody asks for this here');
    };
    return {
      place: (partition) => Promise.resolve(this.places.get(partition)),
      apply: (delta, fence) => Promise.resolve().then(() => this.#store(delta, fence)),
      ...{ get: refuse, count: refuse, drop: refuse, close: refuse },
    };
  }

  #store(delta: ModelDelta, fence: number): void {
    const { partition, version, whole, from, to } = delta;
    if (this.usersAreDown) throw down;
    const place = this.places.get(partition);
    if ((place?.fence ?? 0) > fence) throw new RepriseError('FENCED', 'newer users');
    if (!whole && from !== -1 && place?.position !== from) {
      throw new RepriseError('CONFLICT', 'it does not continue');
    }
    if (whole) this.wholes.push(to);
    this.places.set(partition, { version, position: sequence(to), fence });
  }

  #append(delta: ModelDelta, fence: number): void {
    if (this.streamIsDown) throw down;
    const { partition, version, to } = delta;
    const end = this.streams.get(partition);
    if ((end?.fence ?? 0) > fence) throw new RepriseError('FENCED', 'a newer writer');
    if (end !== undefined && to <= end.to) {
      // What is there already changes nothing but who may write.
      this.streams.set(partition, { ...end, fence });
      return;
    }
    this.streams.set(partition, { to, version, fence });
    const mirror = this.mirrors.get(partition) ?? new DeltaMirror();
    this.mirrors.set(partition, mirror);
    mirror.apply(delta);
  }

  #assertStands({ partition, number }: Fence): void {
    if (this.numbers.get(partition) === number) return;
    throw new RepriseError('FENCED', 'a newer fence was taken');
  }
}

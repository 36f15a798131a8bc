import type { CheckpointStore } from '../../activities/replay/checkpoint-store.ts';
import type { CheckpointWishes } from '../../activities/replay/checkpoint-wishes.ts';
import type { FenceStore, PartitionNote } from '../../activities/replay/fences.ts';
import type { IndexScope } from '../../activities/indexing.ts';
import type { RuntimeMaker } from '../../activities/versions/version-runtimes.ts';
import type { VersionRegistry } from '../../activities/versions/version-registry.ts';
import type { PartitionRuntime } from '../../actors/runtime/partition.ts';
import { RepriseError } from '../../events/error.ts';
import { formatPosition } from '../../events/position.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { DEFAULT_PROJECTION_BOUNDS } from '../../projections/bounds.ts';
import { takeIndexInput } from '../../projections/index-input.ts';
import type { IndexSource } from '../../projections/index-release.ts';
import { PartitionState } from '../../projections/partition-state.ts';
import { yielding } from '../../projections/steps.ts';
import { toldOf } from './live-states.ts';

/** How long an index build waits for checkpoints that it wished for; past it the newest that stand are taken. */
export const CHECKPOINT_WISH_MS_MAX = 5_000;

const LOOK_MS = 100;

/** What taking vectors from checkpoints needs. */
export interface CheckpointSourceDeps {
  readonly partitions: number;
  readonly fences: Pick<FenceStore, 'notes'>;
  readonly wishes: Pick<CheckpointWishes, 'wish'>;
  readonly checkpoints: Pick<CheckpointStore, 'list' | 'newest'>;
  readonly registry: Pick<VersionRegistry, 'get' | 'base'>;
  readonly maker: RuntimeMaker;
  readonly kernels: KernelFactory;
  /** Milliseconds that only go forwards. */
  readonly clock: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly yieldNow: () => Promise<void>;
  /** Told of a wish that nobody fulfilled in time. */
  readonly onOlder: (partition: number, reason: string) => void;
}

/** The vectors of all partitions as their movers' newest checkpoints hold them. */
export class CheckpointSource {
  readonly #deps: CheckpointSourceDeps;

  constructor(deps: CheckpointSourceDeps) {
    this.#deps = deps;
  }

  /** Tells what stands to be indexed, by the checkpoints that are there. */
  async survey(): Promise<IndexScope> {
    const states = await this.#states();
    const partitions = states.map(({ partition, position, vectors }) => ({
      partition,
      position: formatPosition({ partition, sequence: position }),
      items: vectors.rows,
    }));
    return {
      version: states[0]?.version ?? '',
      items: partitions.reduce((sum, { items }) => sum + items, 0),
      partitions,
    };
  }

  /** Wishes for a checkpoint of every partition, and takes the newest. */
  async source(): Promise<IndexSource> {
    const notes = await this.#deps.fences.notes();
    await Promise.all(this.#all().map((partition) => this.#wish(toldOf(notes, partition))));
    const states = await this.#states();
    return {
      partitions: states.length,
      indexInput: (partition, queriesMax) =>
        takeIndexInput(states[partition] as PartitionState, queriesMax),
    };
  }

  /** Waits for a checkpoint that holds all that its mover had consumed. */
  async #wish({ fence: { partition }, position }: PartitionNote): Promise<void> {
    const { checkpoints, clock, sleep, wishes, onOlder } = this.#deps;
    const endMs = clock() + CHECKPOINT_WISH_MS_MAX;
    const isThere = async (): Promise<boolean> => {
      const [newest] = await checkpoints.list(partition);
      return (newest?.sequence ?? -1) >= position;
    };
    try {
      if (await isThere()) return;
      await wishes.wish(partition);
      while (clock() < endMs) {
        await sleep(LOOK_MS);
        if (await isThere()) return;
      }
      onOlder(partition, `no newer one within ${String(CHECKPOINT_WISH_MS_MAX)} ms`);
    } catch (error) {
      onOlder(partition, error instanceof Error ? error.message : String(error));
    }
  }

  async #states(): Promise<readonly PartitionState[]> {
    const { fences, kernels, yieldNow } = this.#deps;
    const notes = await fences.notes();
    const states: PartitionState[] = [];
    for (const partition of this.#all()) {
      const runtime = await this.#runtime(toldOf(notes, partition));
      const whole = await runtime.takeWhole();
      const build = PartitionState.build(whole, kernels.create(), DEFAULT_PROJECTION_BOUNDS);
      states.push(await yielding(build, yieldNow));
    }
    const versions = new Set(states.map(({ version }) => version));
    if (versions.size === 1) return states;
    throw new RepriseError(
      'UNAVAILABLE',
      `the partitions' checkpoints are of ${[...versions].join(' and ')}: try again when the promotion is through`,
    );
  }

  /** The state of the newest checkpoint, or the start of the version that its mover serves. */
  async #runtime({ fence: { partition }, version }: PartitionNote): Promise<PartitionRuntime> {
    const { checkpoints, maker, registry } = this.#deps;
    const newest = await checkpoints.newest({ partition });
    const name = newest?.checkpoint.manifest.version ?? version;
    const known = await registry.get(name);
    if (known === undefined) {
      throw new RepriseError('NOT_FOUND', `model version ${name} is not registered here`);
    }
    const from = newest?.checkpoint ?? (await registry.base(name, partition));
    if (from === undefined) return maker.create(known.definition, partition);
    return maker.restore(known.definition, partition, from);
  }

  #all(): readonly number[] {
    return Array.from({ length: this.#deps.partitions }, (_, partition) => partition);
  }
}

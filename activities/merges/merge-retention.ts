import type { CheckpointManifest } from '../../model/checkpoint.ts';
import type { MergeStore } from './merge-store.ts';

/** What the retention of merges needs from outside. */
export interface MergeRetentionDeps {
  readonly store: Pick<MergeStore, 'prune'>;
  readonly partitions: number;
  /** Checkpoints kept of each version and partition. */
  readonly checkpointsKeptMax: number;
}

/**
 * Drops merges that no kept checkpoint needs. It knows the checkpoints that were saved since the start: until every
 * partition has saved as many as are kept, older ones may stand on the disk and nothing is dropped.
 */
export class MergeRetention {
  readonly #deps: MergeRetentionDeps;
  /** Barriers of the checkpoints kept, oldest first, by version and partition. */
  readonly #saved = new Map<string, number[][]>();

  constructor(deps: MergeRetentionDeps) {
    this.#deps = deps;
  }

  /** Notes a checkpoint that was saved. */
  async saved({ version, partition, extra }: CheckpointManifest): Promise<void> {
    const { store, partitions, checkpointsKeptMax } = this.#deps;
    const barrier = extra['barrier'];
    if (typeof barrier !== 'number') return;
    const kept = this.#saved.get(version) ?? Array.from({ length: partitions }, () => []);
    // Checkpoints of older versions stay as they are, and so do their merges.
    this.#saved.set(version, kept);
    const own = kept[partition] ?? [];
    own.push(barrier);
    if (own.length > checkpointsKeptMax) own.shift();
    if (kept.some((one) => one.length < checkpointsKeptMax)) return;
    await store.prune(version, Math.min(...kept.map(([oldest = 0]) => oldest)));
  }
}

import { CHECKPOINTS_KEPT_MAX } from '../../../adapters/checkpoint-naming.ts';
import type { CheckpointManifest } from '../../../model/checkpoint.ts';

/**
 * Knows at which barriers the kept checkpoints of a partition stand that this process saved. Until it has saved as many
 * as are kept, those of who moved the partition before may be kept, too.
 */
export class KeptBarriers {
  #version: string | undefined;
  /** Oldest first. */
  #barriers: number[] = [];

  /** Notes a checkpoint that was saved. */
  saved({ version, extra }: CheckpointManifest): void {
    const barrier = extra['barrier'];
    if (typeof barrier !== 'number') return;
    if (version !== this.#version) this.#barriers = [];
    this.#version = version;
    this.#barriers.push(barrier);
    if (this.#barriers.length > CHECKPOINTS_KEPT_MAX) this.#barriers.shift();
  }

  /** The barrier of the oldest kept checkpoint of a version; undefined where that is not known. */
  oldest(version: string): number | undefined {
    if (version !== this.#version) return undefined;
    return this.#barriers.length < CHECKPOINTS_KEPT_MAX ? undefined : this.#barriers[0];
  }
}

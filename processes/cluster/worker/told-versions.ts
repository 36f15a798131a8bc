import type { PartitionNote } from '../../../activities/replay/fences.ts';
import { toldOf } from '../live-states.ts';
import { pause } from '../servers/persisting.ts';
import type { ClusterStores } from '../stores.ts';

/** Which version each partition's mover serves, as it told last: for a process that answers nobody. */
export class ToldVersions {
  readonly #stores: Pick<ClusterStores, 'fences' | 'journal'>;
  readonly #signal: AbortSignal;
  #notes: readonly PartitionNote[] = [];

  constructor(stores: Pick<ClusterStores, 'fences' | 'journal'>, signal: AbortSignal) {
    this.#stores = stores;
    this.#signal = signal;
  }

  get partitions(): number {
    return this.#stores.journal.partitions;
  }

  /** The version of a partition; throws UNAVAILABLE where no mover has told any. */
  partition(partition: number): { readonly version: string } {
    return toldOf(this.#notes, partition);
  }

  /** Asks what movers told by now. */
  async look(): Promise<void> {
    this.#notes = await this.#stores.fences.notes();
  }

  /** Waits, and asks then. */
  async lookIn(ms: number): Promise<void> {
    await pause(ms, this.#signal);
    await this.look();
  }
}

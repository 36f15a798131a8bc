import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';

/** Writes a partition's deltas for every reader, under the writer's fencing number. */
export interface DeltaWriter {
  /** Appends one delta, whole and in order. Throws FENCED where a newer fence wrote to the partition. */
  append(delta: ModelDelta, fence: number): Promise<void>;
}

/** What a reader is given: deltas that continue each other, or word that some are gone. */
export type DeltaEvent =
  | { readonly kind: 'delta'; readonly delta: ModelDelta }
  | { readonly kind: 'gap'; readonly partition: number };

/** Reads a partition's deltas from a position on. */
export interface DeltaReader {
  /**
   * Gives, in order, the deltas of a partition and version that continue `after`, then those that come, until the
   * signal aborts; says `gap` where what continues is no longer kept (the reader reloads a checkpoint and asks anew),
   * and gives a promotion's whole delta as it comes.
   */
  read(
    partition: number,
    after: Sequence,
    version: string,
    signal: AbortSignal,
  ): AsyncIterable<DeltaEvent>;
  close(): Promise<void>;
}

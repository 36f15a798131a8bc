import type { PartitionRuntime } from '../actors/runtime/partition.ts';
import type { Journal } from '../events/journal.ts';
import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';

/** Gives the runtime of a version, standing exactly at a sequence: base + replay, or a shadow that has caught up. */
export interface VersionSource {
  runtimeAt(version: string, partition: number, sequence: Sequence): Promise<PartitionRuntime>;
}

/** What the follower needs from outside. */
export interface FollowerDeps {
  readonly journal: Pick<Journal, 'read' | 'head' | 'changed'>;
  readonly runtime: PartitionRuntime;
  /** Where promotions lead; undefined keeps the runtime's version whatever is promoted (shadows, datasets). */
  readonly versions: VersionSource | undefined;
  readonly sink: (delta: ModelDelta) => void;
  readonly yieldNow: () => Promise<void>;
  /** Milliseconds that one slice holds the thread. */
  readonly sliceMsMax: number;
  readonly clock: () => number;
  readonly onProgress?: (position: Sequence, head: Sequence) => void;
}

/** Where the follower ends. */
export interface FollowerOptions {
  /** The last sequence to consume; without it the follower waits at the head for more. */
  readonly until?: Sequence;
  /** Ends the follower at the next slice boundary. */
  readonly signal: AbortSignal;
}

/** Feeds a partition's journal to its runtime until `until`, an abort, or for ever; returns the runtime it ended with. */
export declare function follow(
  deps: FollowerDeps,
  options: FollowerOptions,
): Promise<PartitionRuntime>;

import type { HeldStand } from '../versions/shadows.ts';

/** The right to move a partition: a number that grows with every taking. */
export interface Fence {
  readonly partition: number;
  readonly number: number;
  /** Who took it, for people. */
  readonly holder: string;
}

/** Where a mover stands with its partition. */
export interface MoverStand {
  readonly version: string;
  /** The last sequence consumed. */
  readonly position: number;
  /** The last barrier passed; 0 before the first. */
  readonly barrier: number;
  /** The partitions whose contribution it waits for before the next barrier; absent where it waits for none. */
  readonly waitsFor?: readonly number[];
  /** The barrier of its oldest checkpoint that is kept; absent where older ones may be kept, too. */
  readonly keptBarrier?: number;
  /** The versions that it holds beside; absent where there are none. */
  readonly held?: readonly HeldStand[];
}

/** What is known of a partition's mover, as it was told last: for placement, training, retention and status. */
export interface PartitionNote extends MoverStand {
  readonly fence: Fence;
  readonly toldMs: number;
}

/** Gives every partition one mover at a time: a newer fence makes the writes of older ones fail. */
export interface FenceStore {
  /** Takes a partition: the number is higher than every one before. */
  take(partition: number, holder: string): Promise<Fence>;
  /** Tells where the mover stands; throws FENCED where a newer fence was taken. */
  tell(fence: Fence, stand: MoverStand): Promise<void>;
  /** Throws FENCED where a newer fence was taken. */
  check(fence: Fence): Promise<void>;
  /** What is known of every partition that was ever taken. */
  notes(): Promise<readonly PartitionNote[]>;
  close(): Promise<void>;
}

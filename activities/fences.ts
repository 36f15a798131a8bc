/** The right to move a partition: a number that grows with every taking. */
export interface Fence {
  readonly partition: number;
  readonly number: number;
  /** Who took it, for people. */
  readonly holder: string;
}

/** What is known of a partition's mover, for placement, training and status. */
export interface PartitionNote {
  readonly fence: Fence;
  readonly version: string;
  /** The last sequence consumed when it was last told. */
  readonly position: number;
  /** The last barrier passed when it was last told; 0 before the first. */
  readonly barrier: number;
  readonly toldMs: number;
}

/** Gives every partition one mover at a time: a newer fence makes the writes of older ones fail. */
export interface FenceStore {
  /** Takes a partition: the number is higher than every one before. */
  take(partition: number, holder: string): Promise<Fence>;
  /** Tells where the mover stands; throws FENCED where a newer fence was taken. */
  tell(fence: Fence, version: string, position: number, barrier?: number): Promise<void>;
  /** Throws FENCED where a newer fence was taken. */
  check(fence: Fence): Promise<void>;
  /** What is known of every partition that was ever taken. */
  notes(): Promise<readonly PartitionNote[]>;
  close(): Promise<void>;
}

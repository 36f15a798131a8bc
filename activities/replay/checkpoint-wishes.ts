/** Carries a reader's wish for a new checkpoint of a partition to the mover that can take one. */
export interface CheckpointWishes {
  /**
   * Asks whoever moves the partition to take a checkpoint at its next slice boundary: of what is live there, or of a
   * version that is held beside it.
   */
  wish(partition: number, version?: string): Promise<void>;
  /** Calls the listener with each partition wished for, and the version where one was named, until the signal is aborted. */
  heed(listener: (partition: number, version?: string) => void, signal: AbortSignal): Promise<void>;
}

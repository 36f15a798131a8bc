/** Carries a reader's wish for a new checkpoint of a partition to the mover that can take one. */
export interface CheckpointWishes {
  /**
   * Asks whoever moves the partition to take a checkpoint at its next slice boundary: of the live version, or of one
   * that is held beside it.
   */
  wish(partition: number, held?: string): Promise<void>;
  /** Calls the listener with each partition wished for, until the signal is aborted. */
  heed(listener: (partition: number, held?: string) => void, signal: AbortSignal): Promise<void>;
}

import type { Checkpoint } from '../../model/checkpoint.ts';

/** A checkpoint file that stands on disk. */
export interface SavedCheckpoint {
  readonly version: string;
  readonly partition: number;
  /** The last sequence that the state holds. */
  readonly sequence: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  readonly path: string;
  readonly bytes: number;
}

/** A checkpoint that was read and verified. */
export interface LoadedCheckpoint {
  readonly saved: SavedCheckpoint;
  readonly checkpoint: Checkpoint;
}

/** Which checkpoint to look for; a field that is absent does not narrow the search. */
export interface CheckpointQuery {
  readonly version?: string;
  readonly partition: number;
  /** The newest sequence that will do. */
  readonly atMost?: number;
}

/** The checkpoints of the live follower: what recovery starts from. Disposable, for the journal holds it all. */
export interface CheckpointStore {
  /** Writes a checkpoint whole or not at all and drops those beyond the newest `checkpointsKeptMax`. */
  save(checkpoint: Checkpoint): Promise<SavedCheckpoint>;
  /** The newest checkpoint that reads well; a damaged one is reported and the one before is taken. */
  newest(query: CheckpointQuery): Promise<LoadedCheckpoint | undefined>;
  /** The checkpoint files that there are, unread, newest first. */
  list(partition: number): Promise<readonly { version: string; sequence: number; path: string }[]>;
}

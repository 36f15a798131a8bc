import type { Partition } from '../../events/position.ts';

/** A message that can never be an event: where it stood and why, and nothing of what it said. */
export interface PoisonRecord {
  readonly partition: Partition;
  readonly offset: number;
  readonly reason: string;
  readonly parkedMs: number;
}

/** Keeps the dead letters of the ingest, for people; the newest of each partition, within a bound. */
export interface PoisonLot {
  /** Keeps records; one of the same partition and offset is kept once. Resolves when they are durable. */
  park(records: readonly PoisonRecord[]): Promise<void>;
  /** Everything kept, in the order of partition and offset. */
  list(): Promise<readonly PoisonRecord[]>;
}

/** The poison records that are kept of a partition. */
export const poisonRecordsMax = 1_000;

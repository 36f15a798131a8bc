import type { LeftOut } from '../../actors/runtime/definition.ts';

/** How far a quarantine has come: its version is built, serves, or is replaced by one that has the events again. */
export type QuarantineState = 'building' | 'active' | 'lifting' | 'lifted';

/** A quarantine: the events that are left out, and the version that was built for its last change. */
export interface QuarantineRecord extends LeftOut {
  /** `q1`, `q2` and so on. */
  readonly quarantine: string;
  readonly state: QuarantineState;
  /** How often it was written; kept by a store that several processes write, and absent elsewhere. */
  readonly revision?: number;
  readonly requestedMs: number;
  /** Events that are left out. */
  readonly events: number;
  /** The version that is built for what is pending, and the one that was live then. */
  readonly version?: string;
  readonly parent?: string;
  /** Where the replay began, one sequence a partition. */
  readonly replayedFrom?: readonly number[];
  /** Where `ModelPromoted` stands that put it into force, or that lifted it. */
  readonly promotedAt?: readonly string[];
}

/** Keeps what is known of quarantines, durably. */
export interface QuarantineStore {
  /** Every quarantine, oldest first. */
  list(): Promise<readonly QuarantineRecord[]>;
  get(quarantine: string): Promise<QuarantineRecord | undefined>;
  /**
   * Writes a record whole; resolves when it is durable. Throws FENCED where another process wrote it since it was read
   * here: read it again.
   */
  write(record: QuarantineRecord): Promise<void>;
}

import type { Surrogate } from '../../events/fact.ts';

/** How far an erasure has come: it gathers users, builds the version without them, or has ended. */
export type ErasureState = 'collecting' | 'rebuilding' | 'done';

/** What of the erased users stood in one partition of the journal; it stays there, unless it is purged, and belongs to nobody. */
export interface ErasedEvents {
  /** The sequence of the first of their events; null where there is none. */
  readonly first: number | null;
  readonly events: number;
}

/** Derived files that held erased users and are gone. */
export interface DeletedTraces {
  readonly checkpoints: number;
  readonly merges: number;
  /** Working folders of training runs, datasets among them. */
  readonly runs: number;
  readonly indexReleases: readonly string[];
  /** Versions whose trained bases held a user: they can't be built any more. */
  readonly bases: readonly string[];
}

/** What proves an erasure: the state that was reached without the users, and what was deleted. */
export interface ErasureManifest {
  readonly finishedMs: number;
  /** SHA-256 over the canonical states of all partitions, and where they stood. */
  readonly stateHash: string;
  readonly stateAt: readonly string[];
  /** Where `ModelPromoted` stands. */
  readonly promotedAt: readonly string[];
  readonly deleted: DeletedTraces;
  /** The users whose events were blanked in the journal; absent where that was not asked for. */
  readonly purged?: number;
  /** What became of the training that takes the place of a base that was dropped: its run, or why there is none. */
  readonly retraining?: string;
}

/** An erasure: the users whom one new version is built without. It names surrogates, and never an id. */
export interface ErasureRecord {
  /** `e1`, `e2` and so on. */
  readonly erasure: string;
  readonly state: ErasureState;
  /** How often it was written; kept by a store that several processes write, and absent elsewhere. */
  readonly revision?: number;
  readonly requestedMs: number;
  readonly users: number;
  /** Whose identities are to be destroyed; none once the erasure is done. */
  readonly surrogates: readonly Surrogate[];
  /** Of these, those whose events are to be blanked in the journal; absent where there are none. */
  readonly purge?: readonly Surrogate[];
  /** True once identities and keys are destroyed and `UserErased` stands in the journal for each. */
  readonly forgotten: boolean;
  /** The version that is built without the users, and the one that was live. */
  readonly version?: string;
  readonly parent?: string;
  /** The version whose definition and base the new one has: an older one where the live base held a user. */
  readonly origin?: string;
  /** Where the replay began, one sequence a partition. */
  readonly from?: readonly number[];
  /** By partition. */
  readonly found?: readonly ErasedEvents[];
  readonly manifest?: ErasureManifest;
}

/** Keeps what is known of erasures, durably. */
export interface ErasureStore {
  /** Every erasure, oldest first. */
  list(): Promise<readonly ErasureRecord[]>;
  get(erasure: string): Promise<ErasureRecord | undefined>;
  /**
   * Writes a record whole; resolves when it is durable. Throws FENCED where another process wrote it since it was read
   * here: read it again.
   */
  write(record: ErasureRecord): Promise<void>;
}

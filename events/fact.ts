import type { Sequence } from './position.ts';

/** A user's random 128-bit stand-in in the journal, as 32 lower-case hex digits. */
export type Surrogate = string & { readonly brand: 'Surrogate' };

/** One user did one thing with one item. `sealed` holds the event id and free-form context under the user's key. */
export interface InteractionRecorded {
  readonly kind: 'InteractionRecorded';
  readonly type: string;
  readonly user: Surrogate;
  readonly item: string;
  /** The value as given (a rating, a count, a price); it is stored and does not scale the step. NaN where absent. */
  readonly value: number;
  readonly timeMs: number;
  /** The system that sent it; absent where it named none. */
  readonly source?: string;
  readonly sealed: Uint8Array;
}

/** An item's metadata were published or replaced; null metadata withdraw it. */
export interface ItemPublished {
  readonly kind: 'ItemPublished';
  readonly item: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly timeMs: number;
}

/** A user was erased: the identity row is gone, and replay passes over their events. */
export interface UserErased {
  readonly kind: 'UserErased';
  readonly user: Surrogate;
  readonly timeMs: number;
}

/** A model version became `live`. It names all that replay needs to build that version again. */
export interface ModelPromoted {
  readonly kind: 'ModelPromoted';
  readonly version: string;
  /** SHA-256 of each partition's base checkpoint file, hex. */
  readonly baseSha256: readonly string[];
  /** Where the version starts to learn, one sequence a partition. */
  readonly start: readonly Sequence[];
  readonly settings: Readonly<Record<string, unknown>>;
  readonly timeMs: number;
}

/** An index release became the one that searches use. */
export interface IndexReleased {
  readonly kind: 'IndexReleased';
  readonly release: string;
  readonly version: string;
  readonly sha256: string;
  readonly recall10: number;
  readonly timeMs: number;
}

/**
 * A point that every partition passes. What the partitions changed since the barrier before is merged, and the merge
 * takes effect at the barrier after. Only journals of more than one partition have barriers.
 */
export interface BarrierSet {
  readonly kind: 'BarrierSet';
  /** 1, 2, 3 and so on. */
  readonly barrier: number;
  readonly timeMs: number;
}

/** A model version became the `shadow`: it follows the stream beside the live one and is scored on it. */
export interface ShadowAssigned {
  readonly kind: 'ShadowAssigned';
  readonly version: string;
  readonly timeMs: number;
}

/** Events of some users, or of a source, were quarantined: versions that are built from here on leave them out, until it is lifted. */
export interface QuarantineSet {
  readonly kind: 'QuarantineSet';
  readonly quarantine: string;
  readonly users: readonly Surrogate[];
  /** The source whose events are meant, whoever did them; `users` is empty then. */
  readonly source?: string;
  /** Which of their events: those after `from` and up to `to`, one sequence a partition each. */
  readonly from: readonly Sequence[];
  readonly to: readonly Sequence[];
  readonly timeMs: number;
}

/** A quarantine was lifted: versions that are built from here on have its events again. */
export interface QuarantineLifted {
  readonly kind: 'QuarantineLifted';
  readonly quarantine: string;
  readonly timeMs: number;
}

/** An event of an erased user stood here, and what it said was blanked: nothing is left but its place. */
export interface EventRedacted {
  readonly kind: 'EventRedacted';
  /** 0: when it was is gone, too. */
  readonly timeMs: number;
}

/** An event that changes everybody's answers or names a version; it is appended to every partition. */
export type SharedFact =
  | ItemPublished
  | ModelPromoted
  | IndexReleased
  | BarrierSet
  | ShadowAssigned
  | QuarantineSet
  | QuarantineLifted;

/** What happened: every event that the journal can hold. */
export type Fact = InteractionRecorded | UserErased | EventRedacted | SharedFact;

/** The kinds of fact in the order of their codes in a block's `kind` column. Append only. */
export const FACT_KINDS = [
  'InteractionRecorded',
  'ItemPublished',
  'UserErased',
  'ModelPromoted',
  'IndexReleased',
  'BarrierSet',
  'ShadowAssigned',
  'QuarantineSet',
  'QuarantineLifted',
  'EventRedacted',
] as const satisfies readonly Fact['kind'][];

/** The code of an interaction in a block's `kind` column. */
export const INTERACTION = 0;

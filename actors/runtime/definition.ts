import type { Surrogate } from '../../events/fact.ts';
import type { InteractionTypes } from '../../events/interaction-type.ts';
import type { LearnerSettings } from '../../model/settings.ts';
import type { ActorSettings } from '../user-state.ts';

/** Events that a version leaves out: those of some users, or of one source, within a range of each partition. */
export interface LeftOut {
  /** What they are left out for. */
  readonly quarantine: string;
  readonly users: readonly Surrogate[];
  /** The source whose events are left out, whoever did them; `users` is empty then. */
  readonly source?: string;
  /** After this sequence … */
  readonly from: readonly number[];
  /** … and up to this one, one a partition each. */
  readonly to: readonly number[];
}

/**
 * A model version by what replay needs to build it: its state at any position is a pure function of this, its base
 * checkpoints and the journal.
 */
export interface VersionDefinition {
  readonly version: string;
  readonly learner: LearnerSettings;
  /** The interaction types that this version knows; an event of another type is refused. */
  readonly types: InteractionTypes;
  /** Bounds of an actor's state, which change what is remembered; the defaults where absent. */
  readonly actors?: ActorSettings;
  /** Where the version starts to learn, one sequence a partition; ORIGIN is -1. */
  readonly start: readonly number[];
  /** The first barrier past the start of every partition, where their item rows begin to be merged; 1 where absent. */
  readonly firstBarrier?: number;
  /** The events that replay passes over, as if they had never been; none where absent. */
  readonly leftOut?: readonly LeftOut[];
  /**
   * The last sequence of each partition up to which events are learned in the order of their times, those of one time as
   * they stand; after it, and where absent, they are learned in the order of the journal.
   */
  readonly timeOrderedTo?: readonly number[];
  /** SHA-256 (hex) of each partition's base checkpoint file; null where the version starts empty. */
  readonly baseSha256: readonly string[] | null;
}

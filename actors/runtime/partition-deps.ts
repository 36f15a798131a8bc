import type { ModelPromoted } from '../../events/fact.ts';
import type { Identity } from '../../events/identity.ts';
import type { Sequence } from '../../events/position.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import type { PartitionBounds } from './bounds.ts';
import type { VersionDefinition } from './definition.ts';

/** What a partition runtime needs from outside. */
export interface PartitionDeps {
  readonly definition: VersionDefinition;
  readonly partition: number;
  /** Makes the kernels of this runtime's tables, which hold nothing else. */
  readonly kernels: KernelFactory;
  /** The identities of surrogates, 16 bytes each; undefined where the row is gone. */
  readonly reveal: (surrogates: Uint8Array) => Promise<readonly (Identity | undefined)[]>;
  /** Tells whether a UserErased of this surrogate stands in the journal. */
  readonly isErased: (surrogate: Uint8Array) => Promise<boolean>;
  /** Unix milliseconds, with fractions where there are any. Decides slices and stamps checkpoints, never the state. */
  readonly clock: () => number;
  /** Lets the event loop turn once. */
  readonly yieldNow: () => Promise<void>;
  readonly bounds?: Partial<PartitionBounds>;
}

/** Says that a ModelPromoted was consumed, the last event of the slice. */
export interface Switch {
  readonly switch: ModelPromoted;
  readonly at: Sequence;
}

/** Says that a BarrierSet comes next: it is consumed by `passBarrier`, with the merge that it takes. */
export interface Gate {
  readonly barrier: number;
  /** The barrier whose merge takes effect here; undefined where none does. */
  readonly needs: number | undefined;
}

/** `done`: the prepared blocks, or the range, are consumed. `more`: the deadline came first. */
export type RunOutcome = 'done' | 'more' | Switch | Gate;

/** Counts of a partition runtime. */
export interface PartitionCounters {
  /** Interactions accepted. */
  readonly events: number;
  readonly users: number;
  readonly items: number;
  /** Interactions refused: dead letters, those no longer kept included. */
  readonly refused: number;
  /** Interactions that were passed over: those of erased users, and those that the version leaves out. */
  readonly passedOver: number;
  readonly activeActors: number;
  /** Times that an idle actor was folded into its snapshot, since the runtime was made. */
  readonly passivations: number;
}

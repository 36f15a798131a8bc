import type { EventBlock } from '../../events/block.ts';
import type { ModelPromoted } from '../../events/fact.ts';
import type { Identity } from '../../events/identity.ts';
import type { Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { ModelDelta } from '../../model/delta.ts';
import type { Kernel } from '../../model/kernel/kernel.ts';
import type { PartitionBounds } from './bounds.ts';
import type { VersionDefinition } from './definition.ts';

/** What a partition runtime needs from outside. */
export interface PartitionDeps {
  readonly definition: VersionDefinition;
  readonly partition: number;
  /** A kernel of its own: it holds this runtime's tables and nothing else. */
  readonly kernel: Kernel;
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

/** `done`: the prepared blocks, or the range, are consumed. `more`: the deadline came first. */
export type RunOutcome = 'done' | 'more' | Switch;

/** Counts of a partition runtime. */
export interface PartitionCounters {
  readonly events: number;
  readonly users: number;
  readonly items: number;
  readonly refused: number;
  /** Events of erased users that were passed over since the runtime was made. */
  readonly passedOver: number;
  readonly activeActors: number;
}

/** The state of one partition of one model version, fed by journal blocks. */
export declare class PartitionRuntime {
  constructor(deps: PartitionDeps);
  /** Rebuilds a runtime from its checkpoint, yielding as it goes. */
  static restore(deps: PartitionDeps, checkpoint: Checkpoint): Promise<PartitionRuntime>;
  readonly definition: VersionDefinition;
  readonly partition: number;
  readonly position: Sequence;
  readonly counters: PartitionCounters;
  /** The failure that stopped the partition, if one did. */
  readonly stopped: Error | undefined;
  /** Tells whether the mailbox takes a block of so many events. */
  hasRoom(messages: number): boolean;
  prepare(block: EventBlock): Promise<void>;
  run(deadlineMs: number | 'all', until?: Sequence): RunOutcome;
  /** What changed since the last take; the whole state at first. Holds the thread for as long as it takes. */
  takeDelta(): ModelDelta;
  /** The whole state as one delta, yielding as it goes. */
  takeWhole(): Promise<ModelDelta>;
  /** `parent` is the file SHA-256 of the checkpoint that this one continues. */
  capture(parent?: string | null): Promise<Checkpoint>;
  /** Canonical hash; `identities` in byte order of the id. */
  stateHash(identities: AsyncIterable<Identity>): Promise<string>;
}

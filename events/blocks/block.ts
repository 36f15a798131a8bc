import type { Fact } from '../fact.ts';
import type { Partition, Sequence } from '../position.ts';
import type { SourceColumn } from './source-column.ts';

/**
 * A decoded journal block: a string dictionary and one typed-array column a field, so that replay is a loop over
 * numbers. Row i has the sequence `firstSequence + i`.
 */
export interface EventBlock {
  readonly partition: Partition;
  readonly firstSequence: Sequence;
  readonly count: number;
  readonly appendTimeMs: number;
  /** The block's distinct users: surrogates of 16 bytes each. */
  readonly users: Uint8Array;
  /** The block's distinct items. */
  readonly items: readonly string[];
  /** The block's distinct interaction types. */
  readonly types: readonly string[];
  /** Code of the fact's kind per row, an index into FACT_KINDS; 0 is an interaction. */
  readonly kind: Uint8Array;
  /** True where any row is no interaction: readers of those facts skip other blocks. */
  readonly hasSharedFacts: boolean;
  /** Index into `types` per row (interactions only). */
  readonly type: Uint16Array;
  /** Index into `users` per row (interactions and erasures). */
  readonly user: Uint32Array;
  /** Index into `items` per row (interactions and published items). */
  readonly item: Uint32Array;
  /** Value per row; NaN where absent. */
  readonly value: Float64Array;
  /** Event time per row, Unix milliseconds. */
  readonly timeMs: Float64Array;
  /** Event key per row, four little-endian 32-bit words each: all learner randomness is keyed by it. */
  readonly keys: Uint32Array;
  /** Which system sent each row; absent where no row names one. */
  readonly sources?: SourceColumn | undefined;
  /** Where each row stands in the journal, where rows are read in another order; row i stands at its sequence where absent. */
  readonly places?: Float64Array;
  /** The whole fact of row i; interactions carry their sealed bytes. Allocates: not for the replay loop. */
  fact(row: number): Fact;
  /** When row i was appended, Unix milliseconds: blocks that are read as one were appended at several times. */
  appendedMs(row: number): number;
}

/** The sequence at which a block's row stands in the journal. */
export function placeOf(block: EventBlock, row: number): number {
  return block.places?.[row] ?? block.firstSequence + row;
}

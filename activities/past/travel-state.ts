import type { Sequence } from '../../events/position.ts';
import type { Checkpoint } from '../../model/checkpoint.ts';
import type { ServingState } from '../../projections/serving-state.ts';
import type { TravelPlace } from './travel-place.ts';

/**
 * Copies of all partitions' states from which a replay may go on: of one partition at any sequence, of many right after
 * one barrier, where none of them waits for what another one had changed before.
 */
export interface Cut {
  readonly version: string;
  /** Where each partition stands. */
  readonly places: readonly Sequence[];
  readonly checkpoints: readonly Checkpoint[];
}

/** What answers read at a place of the past, and where a later travel may go on from. */
export interface TravelState {
  readonly place: TravelPlace;
  /** Holds the partitions of the place, and no others. */
  readonly serving: ServingState;
  /** Undefined where many partitions had passed no barrier yet. */
  readonly cut: Cut | undefined;
}

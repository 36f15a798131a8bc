import type { InteractionType } from '../events/interaction-type.ts';
import { emptySeen, type SeenItems } from './seen-items.ts';

/** Bounds of an actor's state. They change what is remembered, so they belong to a model version. */
export interface ActorSettings {
  /**
   * Distinct items remembered as seen. Where one more comes, the oldest quarter (by first interaction) is forgotten
   * and may be recommended again.
   */
  readonly seenItemsMax: number;
  /** Items of the newest interactions, repeats included. */
  readonly recentItemsMax: number;
}

/** The bounds that a version has where it names none. */
export const DEFAULT_ACTOR_SETTINGS: ActorSettings = { seenItemsMax: 16_384, recentItemsMax: 8 };

/** What one user's actor remembers. A value: `evolve` makes the next one and changes none. */
export interface UserState {
  /** Distinct items by row, in the order of their first interaction. */
  readonly seen: SeenItems;
  /** Interactions accepted so far. */
  readonly events: number;
  /** Event time of the newest accepted interaction in journal order, Unix milliseconds. */
  readonly timeMs: number;
  /** Item rows of the newest interactions, oldest first. */
  readonly recent: readonly number[];
}

/** One interaction as an actor sees it: rows and numbers. */
export interface UserEvent {
  /** The row that the item has, or would get if this event is its first. */
  readonly itemRow: number;
  /** What the version knows of the event's type; undefined where it knows none. */
  readonly type: InteractionType | undefined;
  readonly timeMs: number;
}

/** What the learner is to do for an accepted event. */
export interface Step {
  readonly itemRow: number;
  /** The target: 1 for a positive type, 0 for a negative one. */
  readonly positive: 0 | 1;
  /** Scales the step. */
  readonly weight: number;
}

/** Why an event was refused. */
export type Refusal = 'unknown type' | 'time out of range';

/** What became of an event: the next state and the step, or the reason of the refusal. */
export type Evolved =
  | { readonly refused: null; readonly state: UserState; readonly step: Step }
  | { readonly refused: Refusal };

/** The state of a user who has done nothing yet. */
export function initialState(): UserState {
  return { seen: emptySeen(), events: 0, timeMs: 0, recent: [] };
}

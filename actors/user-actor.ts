import type { InteractionType } from '../events/interaction-type.ts';
import { UserState, type ActorSettings } from './user-state.ts';

export { DEFAULT_ACTOR_SETTINGS, UserState, type ActorSettings } from './user-state.ts';

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

/** The last instant that a Date can name, Unix milliseconds; the first one is its negative. */
export const EVENT_TIME_MS_MAX = 8.64e15;

const UNKNOWN_TYPE: Evolved = { refused: 'unknown type' };
const TIME_OUT_OF_RANGE: Evolved = { refused: 'time out of range' };

/** The state of a user who has done nothing yet. */
export function initialState(): UserState {
  return UserState.of({ seen: [], recent: [], events: 0, positives: 0, timeMs: 0 });
}

/**
 * Takes one event to the next state and the learner's step, or refuses it. Pure: the same state and event give the
 * same outcome, and a refusal depends on the event and the version's settings alone.
 */
export function evolve(state: UserState, event: UserEvent, settings: ActorSettings): Evolved {
  const { itemRow, type, timeMs } = event;
  if (type === undefined) return UNKNOWN_TYPE;
  // Written so that NaN is refused too.
  if (!(Math.abs(timeMs) <= EVENT_TIME_MS_MAX)) return TIME_OUT_OF_RANGE;
  const positive = type.polarity === 'positive' ? 1 : 0;
  return {
    refused: null,
    state: state.after(itemRow, positive, timeMs, settings),
    step: { itemRow, positive, weight: type.weight },
  };
}

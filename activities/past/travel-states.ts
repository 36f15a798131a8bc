import type { TravelPlace } from './travel-place.ts';
import { holds } from './travel-place.ts';
import type { Cut, TravelState } from './travel-state.ts';

/** States of the past that are kept, each a model in memory about three times. */
export const timeTravelStatesMax = 6;

/** The states of the past that were asked for last. */
export class TravelStates {
  readonly #kept: TravelState[] = [];

  /** The copies that a replay may go on from. */
  get cuts(): readonly Cut[] {
    return this.#kept.flatMap(({ cut }) => (cut === undefined ? [] : [cut]));
  }

  /** A kept state that holds a place; it counts as asked for now. */
  find(place: TravelPlace): TravelState | undefined {
    const at = this.#kept.findIndex((state) => holds(state.place, place));
    const [found] = at < 0 ? [] : this.#kept.splice(at, 1);
    if (found !== undefined) this.#kept.push(found);
    return found;
  }

  /** Keeps a state; the one that nobody asked for longest goes where there are too many. */
  keep(state: TravelState): void {
    this.#kept.push(state);
    if (this.#kept.length > timeTravelStatesMax) this.#kept.shift();
  }

  /** Lets go of all of them: what they hold is no longer what a replay gives. */
  clear(): void {
    this.#kept.length = 0;
  }
}

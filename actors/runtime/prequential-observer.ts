import type { LearnedModel } from '../../model/learned-model.ts';
import { COHORT, ObservedEvents, observedKey } from '../../model/stream/observed-events.ts';
import { PlaceWindow } from '../../model/stream/place-window.ts';
import type { UserState } from '../user-state.ts';

/** Places of a ranking that an observer looks at. */
export const OBSERVED_PLACES_MAX = 20;

/** Items up to which the rate holds: with more of them fewer events are ranked, so that an event costs no more. */
export const OBSERVED_ITEMS_MAX = 20_000;

/** A user is new up to so many events before this one. */
export const NEW_USER_EVENTS_MAX = 5;

/** A user is a heavy one from so many events on. */
export const HEAVY_USER_EVENTS_MIN = 100;

/** The share of the items, the least popular ones, that are the tail. */
export const TAIL_SHARE = 0.8;

/** Sampled events after which it is looked anew which items are of the tail. */
const TAIL_LOOKS_MAX = 256;

interface Tail {
  /** The log-weight of popularity below which an item is of the tail. */
  readonly below: number;
  looks: number;
}

/** An interaction that says that the user likes the item, before anything is learned of it. */
export interface Observation {
  readonly model: LearnedModel;
  /** The user's actor as it was before. */
  readonly before: UserState;
  /** −1 for a new user. */
  readonly userRow: number;
  /** −1 for a new item. */
  readonly itemRow: number;
  /** Event time, Unix milliseconds. */
  readonly timeMs: number;
  /** The first word of the event's key: it decides whether the event is sampled. */
  readonly key: number;
  /** The second word of the event's key. */
  readonly key1: number;
}

/**
 * Tests a learner on the stream that it learns from: for a share of the events, drawn by their keys, it ranks all items
 * but those seen before the event is learned, and keeps the place of the event's item. A new user, a new item and one
 * that was seen are misses. It changes no state.
 */
export class PrequentialObserver {
  readonly places = new PlaceWindow();
  /** The same events with what they are of, to be paired with another version's. */
  readonly events = new ObservedEvents();
  readonly #tails = new WeakMap<LearnedModel, Tail>();
  readonly #rate: number;
  readonly #rows = new Uint32Array(OBSERVED_PLACES_MAX);
  readonly #scores = new Float32Array(OBSERVED_PLACES_MAX);

  /** Makes an observer of a share of events, from 0 to 1. */
  constructor(rate: number) {
    if (!(rate >= 0 && rate <= 1)) {
      throw new RangeError(`a rate is from 0 to 1, not ${String(rate)}`);
    }
    this.#rate = rate;
  }

  /** Looks at an event, if its key says so. */
  observe(observed: Observation): void {
    const items = observed.model.items.rows;
    const rate = this.#rate * Math.min(1, OBSERVED_ITEMS_MAX / Math.max(items, 1));
    if (observed.key >= rate * 0x1_0000_0000) return;
    const place = this.#placeOf(observed);
    this.places.add(place);
    const key = observedKey(observed.key, observed.key1);
    this.events.add({ key, place, cohorts: this.#cohortsOf(observed) });
  }

  #cohortsOf(observed: Observation): number {
    const { events } = observed.before;
    return (
      (events < NEW_USER_EVENTS_MAX ? COHORT.newUser : 0) |
      (events >= HEAVY_USER_EVENTS_MIN ? COHORT.heavyUser : 0) |
      (this.#isOfTail(observed) ? COHORT.tailItem : 0)
    );
  }

  /** Tells whether an item is of the tail, by a bound that is looked up anew now and then: it is dear. */
  #isOfTail({ model, itemRow }: Observation): boolean {
    if (itemRow < 0) return true;
    let tail = this.#tails.get(model);
    if (tail === undefined || tail.looks >= TAIL_LOOKS_MAX) {
      const weights = model.popularity.slice(0, model.items.rows).sort();
      tail = { below: weights[Math.floor(weights.length * TAIL_SHARE)] ?? -Infinity, looks: 0 };
      this.#tails.set(model, tail);
    }
    tail.looks += 1;
    return (model.popularity[itemRow] as number) < tail.below;
  }

  #placeOf({ model, before, userRow, itemRow, timeMs }: Observation): number {
    if (userRow < 0 || itemRow < 0 || before.hasSeen(itemRow)) return 0;
    const excluded = Uint32Array.from(before.seenItems());
    const found = model.rank({ userRow, timeMs, excluded }, this.#rows, this.#scores);
    return this.#rows.subarray(0, found).indexOf(itemRow) + 1;
  }
}

import type { LearnedModel } from '../../model/learned-model.ts';
import { COHORT, ObservedEvents, observedKey } from '../../model/stream/observed-events.ts';
import type { ObservedFigures, ObservedPartition } from '../../model/stream/observed-events.ts';
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

/** A partition in which nothing was sampled: the tail is looked up at its first event. */
const UNSEEN: ObservedPartition = { reached: -1, below: -Infinity, looks: TAIL_LOOKS_MAX };

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
  readonly partition: number;
  /** Where the event is read in its partition. */
  readonly sequence: number;
}

/**
 * Tests a learner on the stream that it learns from: for a share of the events, drawn by their keys, it ranks all items
 * but those seen before the event is learned, and keeps the place of the event's item. A new user, a new item and one
 * that was seen are misses. It changes no state. An event that is read again, as by a replay after a restart, counts once.
 */
export class PrequentialObserver {
  readonly places = new PlaceWindow();
  /** The same events with what they are of, to be paired with another version's. */
  readonly events = new ObservedEvents();
  readonly #partitions: ObservedPartition[] = [];
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
    const { partition, sequence } = observed;
    const before = this.#partitions[partition] ?? UNSEEN;
    if (sequence <= before.reached) return;
    const now = { ...this.#tailOf(observed, before), reached: sequence };
    this.#partitions[partition] = now;
    const place = this.#placeOf(observed);
    this.places.add(place);
    const key = observedKey(observed.key, observed.key1);
    this.events.add({ key, place, cohorts: cohortsOf(observed, now.below) });
  }

  /** Copies what was seen: exactly the sampled events up to where each partition stands. */
  capture(): ObservedFigures {
    const partitions = Array.from(
      this.#partitions,
      (one: ObservedPartition | undefined) => one ?? UNSEEN,
    );
    return { total: this.places.total, events: this.events.kept(), partitions };
  }

  /** Goes on from what another observer of the same version saw. */
  resume({ total, events, partitions }: ObservedFigures): void {
    const places = events.map(({ place }) => place);
    this.places.resume(total, places);
    this.events.resume(total, events);
    this.#partitions.splice(0, Infinity, ...partitions);
  }

  /** Which items are of the tail: the bound is looked up anew now and then only, for it is dear. */
  #tailOf({ model }: Observation, before: ObservedPartition): ObservedPartition {
    if (before.looks < TAIL_LOOKS_MAX) return { ...before, looks: before.looks + 1 };
    const weights = model.popularity.slice(0, model.items.rows).sort();
    const below = weights[Math.floor(weights.length * TAIL_SHARE)] ?? -Infinity;
    return { ...before, below, looks: 1 };
  }

  #placeOf({ model, before, userRow, itemRow, timeMs }: Observation): number {
    if (userRow < 0 || itemRow < 0 || before.hasSeen(itemRow)) return 0;
    const excluded = Uint32Array.from(before.seenItems());
    const found = model.rank({ userRow, timeMs, excluded }, this.#rows, this.#scores);
    return this.#rows.subarray(0, found).indexOf(itemRow) + 1;
  }
}

function cohortsOf({ model, before, itemRow }: Observation, below: number): number {
  const { events } = before;
  const isOfTail = itemRow < 0 || (model.popularity[itemRow] as number) < below;
  return (
    (events < NEW_USER_EVENTS_MAX ? COHORT.newUser : 0) |
    (events >= HEAVY_USER_EVENTS_MIN ? COHORT.heavyUser : 0) |
    (isOfTail ? COHORT.tailItem : 0)
  );
}

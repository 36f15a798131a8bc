import type { Catalogue } from './catalogue.ts';
import { draw, WeightedChoice } from './draw.ts';
import type { Listener } from './listener.ts';
import { favouriteArtist, genreAt } from './listener.ts';

/** An event of a simulated listener, in the form of POST /v1/events. */
export interface SimulatedEvent {
  readonly id: string;
  readonly type: string;
  readonly user: string;
  readonly item: string;
  /** Unix milliseconds. */
  readonly time: number;
}

/** What a simulation is made of; the same values give the same events. */
export interface ListeningSettings {
  readonly catalogue: Catalogue;
  readonly listeners: number;
  /** Fixes who likes what. */
  readonly worldSeed: number;
  /** Fixes which events come of it. */
  readonly seed: number;
  /** Time of the first event, Unix milliseconds, and the step to the next. */
  readonly startMs: number;
  readonly intervalMs: number;
  /** Milliseconds of event time between one change of a listener's taste and the next. */
  readonly driftMs: number;
  /** Stands before the event's number in its id. */
  readonly idPrefix: string;
}

/** Of the records and plays within a genre, those of the favourite artist. */
const FAVOURITE_ARTIST_SHARE = 0.3;
/** Of all plays, those of something outside the listener's taste. */
const EXPLORATION_SHARE = 0.12;
const ACTIVITY_SLOPE = 0.7;
/** Of all sittings, those in which one artist's tracks are played in their order. */
const RECORD_SHARE = 0.5;
/** Events of a sitting, and the listeners of whom one sits down at a time. */
const SITTING_EVENTS = 12;
const LISTENERS_PER_SITTING = 10;
const SITTINGS_MAX = 50;

/** What listeners do with what suits them, and with what does not: shares that add up to 1. */
const SUITED = [
  ['play', 0.78],
  ['like', 0.09],
  ['add', 0.07],
  ['skip', 0.06],
] as const;
const UNSUITED = [
  ['play', 0.4],
  ['like', 0.02],
  ['skip', 0.5],
  ['dislike', 0.08],
] as const;

/** Makes the events of simulated listeners whose tastes drift; event n depends on the settings and n alone. */
export class Listening {
  readonly #settings: ListeningSettings;
  readonly #activity: WeightedChoice;

  constructor(settings: ListeningSettings) {
    this.#settings = settings;
    const ranks = Array.from({ length: settings.listeners }, (_, rank) => rank);
    this.#activity = new WeightedChoice(ranks.map((rank) => 1 / (rank + 10) ** ACTIVITY_SLOPE));
  }

  /** The event with this number, from 0. */
  event(number: number): SimulatedEvent {
    const { catalogue, seed, startMs, intervalMs, driftMs, idPrefix, worldSeed } = this.#settings;
    const unit = (place: number): number => draw(seed, 30, number, place);
    const time = Math.round(startMs + number * intervalMs);
    const sitting = this.#sittingOf(number);
    const index = this.#activity.at(sitting.unit(0));
    const listener: Listener = { index, seed: worldSeed, driftMs };
    const suited = unit(1) >= EXPLORATION_SHARE;
    const item = suited
      ? suitedItem(catalogue, listener, { time, unit, sitting })
      : Math.floor(unit(2) * catalogue.items.length);
    return {
      id: `${idPrefix}-${String(number)}`,
      type: chooseType(suited ? SUITED : UNSUITED, unit(7)),
      user: `listener-${String(index + 1).padStart(4, '0')}`,
      item: catalogue.items[item]?.id ?? '',
      time,
    };
  }

  /** Some sit at a time, and their events take turns; each who gets up gives the place to another. */
  #sittingOf(number: number): Sitting {
    const { listeners, seed, startMs, intervalMs } = this.#settings;
    const places = Math.min(SITTINGS_MAX, Math.ceil(listeners / LISTENERS_PER_SITTING));
    const turn = Math.floor(number / places);
    const first = (turn - (turn % SITTING_EVENTS)) * places + (number % places);
    return {
      place: turn % SITTING_EVENTS,
      beganMs: Math.round(startMs + first * intervalMs),
      unit: (place) => draw(seed, 31, first, place),
    };
  }
}

/** What a listener plays in one go. */
interface Sitting {
  /** Which of its events this is, from 0. */
  readonly place: number;
  /** Time of its first event, Unix milliseconds. */
  readonly beganMs: number;
  /** Draws that all its events share. */
  readonly unit: (place: number) => number;
}

interface Moment {
  readonly time: number;
  readonly unit: (place: number) => number;
  readonly sitting: Sitting;
}

/** The next track of the record that was put on, or one of those that suit at the moment. */
function suitedItem(
  catalogue: Catalogue,
  listener: Listener,
  { time, unit, sitting }: Moment,
): number {
  if (sitting.unit(1) >= RECORD_SHARE) return pick(catalogue, listener, time, unit);
  const opening = pick(catalogue, listener, sitting.beganMs, sitting.unit);
  const record = catalogue.artists[catalogue.artistOf[opening] ?? 0] ?? [];
  const at = record.indexOf(opening) + sitting.place;
  return record[at % record.length] ?? opening;
}

/** A track that suits: of the favourite artist, or the better known the likelier. */
function pick(
  catalogue: Catalogue,
  listener: Listener,
  timeMs: number,
  unit: (place: number) => number,
): number {
  const { genre, period } = genreAt(listener, timeMs, unit(2), unit(3));
  const artist = favouriteArtist(catalogue, listener, genre, period);
  const own = artist === undefined ? undefined : catalogue.artists[artist];
  if (own !== undefined && unit(4) < FAVOURITE_ARTIST_SHARE) {
    return own[Math.floor(unit(5) * own.length)] as number;
  }
  const shelf = catalogue.genres[genre];
  if (shelf === undefined || shelf.items.length === 0) {
    return Math.floor(unit(5) * catalogue.items.length);
  }
  return shelf.items[shelf.choice.at(unit(6))] as number;
}

function chooseType(shares: readonly (readonly [string, number])[], unit: number): string {
  let sum = 0;
  for (const [type, share] of shares) {
    sum += share;
    if (unit < sum) return type;
  }
  return 'play';
}

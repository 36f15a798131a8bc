import type { ObservedEvent } from './observed-events.ts';

/** The normal quantile of a two-sided interval of 95 %. */
const Z_95 = 1.959964;

/** An event that two versions were tested on: the place of its item in either. */
export interface PairedEvent {
  readonly a: number;
  readonly b: number;
  /** What the event is of, as the first version saw it. */
  readonly cohorts: number;
}

/** A figure of two versions over the same events, and how sure their difference is. */
export interface PairedFigure {
  readonly a: number;
  readonly b: number;
  /** b − a. */
  readonly difference: number;
  /** The interval of 95 % of the difference. */
  readonly low: number;
  readonly high: number;
}

/** Pairs the events that both versions were tested on, in the order in which the first one met them. */
export function pairEvents(
  a: readonly ObservedEvent[],
  b: readonly ObservedEvent[],
): readonly PairedEvent[] {
  const places = new Map(b.map(({ key, place }) => [key, place]));
  return a.flatMap(({ key, place, cohorts }) => {
    const other = places.get(key);
    return other === undefined ? [] : [{ a: place, b: other, cohorts }];
  });
}

/**
 * Compares what places are worth over pairs: the mean of each version, and the mean of the differences of each event
 * with its normal interval, mean ± 1.96 s / √n. Pairing takes out what makes some events harder than others for both.
 */
export function pairedFigure(
  pairs: readonly PairedEvent[],
  worth: (place: number) => number,
): PairedFigure {
  const n = pairs.length;
  if (n === 0) return { a: 0, b: 0, difference: 0, low: 0, high: 0 };
  const meanOf = (value: (pair: PairedEvent) => number): number =>
    pairs.reduce((sum, pair) => sum + value(pair), 0) / n;
  const a = meanOf((pair) => worth(pair.a));
  const b = meanOf((pair) => worth(pair.b));
  const difference = b - a;
  const squares = pairs.reduce(
    (sum, pair) => sum + (worth(pair.b) - worth(pair.a) - difference) ** 2,
    0,
  );
  const half = n < 2 ? Infinity : Z_95 * Math.sqrt(squares / (n - 1) / n);
  return {
    ...{ a, b, difference },
    low: Math.max(-1, difference - half),
    high: Math.min(1, difference + half),
  };
}

/** Whether the item stood within the first k. */
export function hitWithin(k: number): (place: number) => number {
  return (place) => (place >= 1 && place <= k ? 1 : 0);
}

/** One over the place, 0 past k. */
export function reciprocalWithin(k: number): (place: number) => number {
  return (place) => (place >= 1 && place <= k ? 1 / place : 0);
}

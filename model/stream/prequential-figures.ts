/** A figure for each k, by k as text. */
export type FigureByK = Readonly<Record<string, number>>;

/** How well the places of a stretch of tested events are. */
export interface PlaceFigures {
  /** The share of events whose item stood within the first k. */
  readonly recall: FigureByK;
  /** The share of the first k places that were right: recall / k, for an event has one right item. */
  readonly precision: FigureByK;
  /** The mean of one over the place, 0 past k. */
  readonly mrr: FigureByK;
}

/** The figures of the events up to one of them, over a moving window. */
export interface WindowFigures extends PlaceFigures {
  /** Tested events up to the window's end. */
  readonly events: number;
}

/** Sums up the places of `[from, to)`: places count from 1, 0 is a miss. No event gives figures of 0. */
export function placeFigures(
  places: ArrayLike<number>,
  ks: readonly number[],
  from = 0,
  to: number = places.length,
): PlaceFigures {
  const hits = new Float64Array(ks.length);
  const gains = new Float64Array(ks.length);
  for (let at = from; at < to; at++) {
    const place = places[at] as number;
    if (place < 1) continue;
    for (let which = 0; which < ks.length; which++) {
      if (place > (ks[which] as number)) continue;
      hits[which] = (hits[which] as number) + 1;
      gains[which] = (gains[which] as number) + 1 / place;
    }
  }
  const events = Math.max(to - from, 1);
  const byK = (value: (k: number, which: number) => number): FigureByK =>
    Object.fromEntries(ks.map((k, which) => [String(k), value(k, which)]));
  return {
    recall: byK((_, which) => (hits[which] as number) / events),
    precision: byK((k, which) => (hits[which] as number) / events / k),
    mrr: byK((_, which) => (gains[which] as number) / events),
  };
}

/** Figures over a moving window of the last `windowEvents`, told every `stepEvents` and at the end. */
export function movingFigures(
  places: ArrayLike<number>,
  ks: readonly number[],
  windowEvents: number,
  stepEvents: number,
): WindowFigures[] {
  if (!(windowEvents > 0 && stepEvents > 0)) {
    throw new RangeError('a window and its step hold at least one event');
  }
  const windows: WindowFigures[] = [];
  for (let to = stepEvents; to < places.length + stepEvents; to += stepEvents) {
    const end = Math.min(to, places.length);
    const from = Math.max(0, end - windowEvents);
    windows.push({ events: end, ...placeFigures(places, ks, from, end) });
  }
  return windows;
}

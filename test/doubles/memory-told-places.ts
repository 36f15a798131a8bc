import { ORIGIN } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { toldHoldMsMax } from '../../events/told-places.ts';
import type { ToldPlaces } from '../../events/told-places.ts';

interface Place {
  sequence: Sequence;
  teller: string;
  untilMs: number;
}

/** Told places in memory. */
export function createMemoryToldPlaces(clock: () => number): ToldPlaces {
  const places = new Map<Partition, Place>();
  return {
    claim(partition, teller) {
      const nowMs = clock();
      const place = places.get(partition) ?? { sequence: ORIGIN, teller: '', untilMs: 0 };
      const isHeld = place.teller !== '' && place.teller !== teller && place.untilMs > nowMs;
      if (isHeld) return Promise.resolve(undefined);
      places.set(partition, Object.assign(place, { teller, untilMs: nowMs + toldHoldMsMax }));
      return Promise.resolve(place.sequence);
    },
    advance(partition, teller, to) {
      const place = places.get(partition);
      if (place?.teller !== teller || place.sequence > to) return Promise.resolve(false);
      Object.assign(place, { sequence: to, untilMs: clock() + toldHoldMsMax });
      return Promise.resolve(true);
    },
    release(teller) {
      for (const place of places.values()) {
        if (place.teller === teller) Object.assign(place, { teller: '', untilMs: 0 });
      }
      return Promise.resolve();
    },
  };
}

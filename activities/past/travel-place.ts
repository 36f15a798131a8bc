import type { Partition, Sequence } from '../../events/position.ts';

/** Where a time travel goes: a version, and the last sequence that each partition which is read has consumed. */
export interface TravelPlace {
  readonly version: string;
  readonly ats: ReadonlyMap<Partition, Sequence>;
}

/** Tells whether a state at `place` holds all that one at `asked` reads. */
export function holds(place: TravelPlace, asked: TravelPlace): boolean {
  if (place.version !== asked.version) return false;
  return [...asked.ats].every(([partition, at]) => place.ats.get(partition) === at);
}

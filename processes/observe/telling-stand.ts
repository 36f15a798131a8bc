import { METRICS } from '../../activities/metrics.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import type { Observation } from './observation.ts';

/** Measures how far the telling of partitions is behind; gives what has to be told where each stands. */
export function observeTelling(
  observation: Pick<Observation, 'instruments' | 'onLook'>,
  head: (partition: Partition) => Sequence,
): (partition: Partition, at: Sequence | undefined) => void {
  const { instruments } = observation;
  const places = new Map<Partition, Sequence>();
  observation.onLook(() => {
    // What another process tells from here on is its to measure.
    instruments.forget(METRICS.toldLag);
    for (const [partition, at] of places) {
      instruments.series(METRICS.toldLag, String(partition))(Math.max(0, head(partition) - at));
    }
  });
  return (partition, at) => {
    if (at === undefined) places.delete(partition);
    else places.set(partition, at);
  };
}

import type { Instruments, Series } from '../../activities/instruments.ts';
import { METRICS } from '../../activities/metrics.ts';
import type { CountedUnder } from '../../activities/feedback/reactions.ts';

/** Counts answers and reactions for Prometheus and StatsD. */
export function countedSeries(
  instruments: Instruments,
): (what: 'impression' | 'positive' | 'negative', under: CountedUnder) => void {
  const known = new Map<string, Series>();
  return (what, { model, scenario }) => {
    const key = `${what}\0${model}\0${scenario}`;
    let series = known.get(key);
    if (series === undefined) {
      series =
        what === 'impression'
          ? instruments.series(METRICS.impressions, model, scenario)
          : instruments.series(METRICS.clicks, model, scenario, what);
      known.set(key, series);
    }
    series(1);
  };
}

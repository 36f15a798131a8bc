/** What a metric measures: a `counter` only grows, a `gauge` is what stands now, a `histogram` tells how values spread. */
export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** A metric: everything that a monitoring system is told of it. */
export interface Metric {
  /** The name by Prometheus' conventions, with the unit last. */
  readonly name: string;
  readonly kind: MetricKind;
  readonly unit: 'seconds' | 'bytes' | 'events' | 'items' | 'users' | 'ratio' | 'none';
  /** One sentence, without a full stop. */
  readonly help: string;
  readonly labels: readonly string[];
  /** The upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
  /** The name in StatsD, labels in braces: `lag.{partition}`; absent where StatsD is not told. Seconds go as milliseconds. */
  readonly statsd?: string;
}

/** Takes the values of one series: a counter adds them, a gauge stands at the last, a histogram counts each. */
export type Series = (value: number) => void;

/** Where measurements go. Nothing here blocks, waits or throws. */
export interface Instruments {
  /** The series of a metric with these label values, in the order of its labels; kept by whoever measures often. */
  series(metric: Metric, ...labels: readonly string[]): Series;
  /** Drops the series of a metric, before those that stand now are set again. */
  forget(metric: Metric): void;
}

/** Measures nothing. */
export const NO_INSTRUMENTS: Instruments = {
  series: () => () => undefined,
  forget: () => undefined,
};

/** Gives every value to each of several series. */
export function allSeries(...each: readonly Series[]): Series {
  return (value) => {
    for (const series of each) series(value);
  };
}

/** Gives every measurement to each of several instruments. */
export function allOf(instruments: readonly Instruments[]): Instruments {
  const [only] = instruments;
  if (instruments.length === 1 && only !== undefined) return only;
  return {
    series(metric, ...labels) {
      return allSeries(...instruments.map((one) => one.series(metric, ...labels)));
    },
    forget(metric) {
      for (const one of instruments) one.forget(metric);
    },
  };
}

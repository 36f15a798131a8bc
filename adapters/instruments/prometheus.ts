import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { Instruments, Metric, Series } from '../../activities/instruments.ts';
import { QuickHistogram } from './histogram.ts';

/** Series that a metric may have; what comes past it is counted in one series whose labels all say `other`. */
export const seriesOfMetricMax = 2_048;

/** What every label of the series that holds the rest says. */
const OTHER = 'other';

/** Metrics as Prometheus reads them. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** What Prometheus reads. */
export interface PrometheusInstruments extends Instruments {
  /** Everything that was measured, the figures of the process included. */
  exposition(): Promise<Exposition>;
}

/** A metric as prom-client keeps it. */
interface Kept {
  /** Makes the series of label values. */
  readonly make: (labels: string[]) => Series;
  readonly reset: () => void;
  readonly series: Map<string, Series>;
}

/** What the process itself says is one for all that runs in it, and is watched for once. */
let processRegistry: Registry | undefined;

function ofProcess(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}

/** Keeps measurements for Prometheus: in memory, until they are asked for. */
export function createPrometheus(metrics: readonly Metric[]): PrometheusInstruments {
  const registry = new Registry();
  const ofWhole = ofProcess();
  const kept = new Map(metrics.map((metric) => [metric.name, keep(registry, metric)]));
  // A histogram without labels is there from the start, at 0.
  for (const { name, kind, labels } of metrics) {
    if (kind === 'histogram' && labels.length === 0) seriesOf(find(kept, name), []);
  }
  return {
    series(metric, ...labels) {
      return seriesOf(find(kept, metric.name), labels);
    },
    forget(metric) {
      find(kept, metric.name).reset();
    },
    async exposition() {
      const [ours, process] = await Promise.all([registry.metrics(), ofWhole.metrics()]);
      return { contentType: registry.contentType, text: `${ours}\n${process}` };
    },
  };
}

function find(kept: ReadonlyMap<string, Kept>, name: string): Kept {
  const found = kept.get(name);
  if (found === undefined) throw new RangeError(`${name} is not of the catalogue of metrics`);
  return found;
}

function seriesOf(kept: Kept, labels: readonly string[]): Series {
  const key = labels.join('\0');
  const known = kept.series.get(key);
  if (known !== undefined) return known;
  const isFull = kept.series.size >= seriesOfMetricMax;
  if (isFull && labels.some((label) => label !== OTHER)) {
    return seriesOf(
      kept,
      labels.map(() => OTHER),
    );
  }
  const made = kept.make([...labels]);
  kept.series.set(key, made);
  return made;
}

function keep(registry: Registry, metric: Metric): Kept {
  const { name, help } = metric;
  const options = { name, help, labelNames: [...metric.labels], registers: [registry] };
  const series = new Map<string, Series>();
  switch (metric.kind) {
    case 'counter': {
      const counter = new Counter(options);
      const make = (labels: string[]): Series => {
        const one = counter.labels(...labels);
        return (value) => {
          if (value >= 0 && value < Infinity) one.inc(value);
        };
      };
      return { make, series, reset: () => undefined };
    }
    case 'gauge':
      return { ...keepGauge(new Gauge(options), metric, series), series };
    case 'histogram': {
      const histogram = new QuickHistogram(metric);
      registry.registerMetric(histogram.forRegistry);
      const make = (labels: string[]): Series => histogram.series(labels);
      return { make, series, reset: () => undefined };
    }
  }
}

/** A gauge says nothing until it was set: 0 would be a figure, too. */
function keepGauge(
  gauge: Gauge,
  metric: Metric,
  series: Map<string, Series>,
): Pick<Kept, 'make' | 'reset'> {
  const reset = (): void => {
    gauge.reset();
    if (metric.labels.length === 0) gauge.remove();
    series.clear();
  };
  reset();
  const make = (labels: string[]): Series => {
    const one = gauge.labels(...labels);
    return (value) => {
      if (Number.isFinite(value)) one.set(value);
    };
  };
  return { make, reset };
}

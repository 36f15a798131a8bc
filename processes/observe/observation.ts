import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { allOf } from '../../activities/instruments.ts';
import type { Instruments } from '../../activities/instruments.ts';
import { METRICS } from '../../activities/metrics.ts';
import type { Traces } from '../../activities/traces.ts';
import { createPrometheus } from '../../adapters/instruments/prometheus.ts';
import { createStatsd } from '../../adapters/instruments/statsd.ts';
import type { StatsdInstruments } from '../../adapters/instruments/statsd.ts';
import type { OtlpTraces } from '../../adapters/instruments/traces.ts';
import type { MetricsPort } from '../../api/deps.ts';
import type { RequestWatch } from '../../api/request-watch.ts';
import type { ClusterProcess } from '../config/cluster-process.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { FreshnessBook } from './freshness-book.ts';
import { PositionTraces } from './position-traces.ts';
import type { AppliedSlice } from './position-traces.ts';
import { createRequestWatch } from './request-watch.ts';
import type { FollowedTraces } from './request-watch.ts';

/** How often StatsD is told what stands; Prometheus reads it when it asks. */
export const standTellMsMax = 5_000;

/** What an operator sets of it. */
export type ObservationConfig = Pick<
  Config,
  'logLevel' | 'statsdUrl' | 'otelExporterOtlpEndpoint' | 'otelServiceName'
>;

/** What observing needs. */
export interface ObservationDeps {
  readonly config: ObservationConfig;
  readonly release: string;
  readonly logger: Logger;
  /** Unix milliseconds with fractions. */
  readonly clock: () => number;
  /** Which of the cluster's processes this is; absent where one process does everything. */
  readonly process?: ClusterProcess;
}

/** What is measured, traced and logged of a process, and where that goes. */
export interface Observation {
  readonly instruments: Instruments;
  readonly requests: RequestWatch;
  readonly metrics: MetricsPort;
  readonly clock: () => number;
  /** Absent where no traces are kept. */
  readonly traced: FollowedTraces | undefined;
  /** An append ends at a sequence of a partition. */
  readonly appended: (partition: number, sequence: number) => void;
  /** A slice of a partition is known to answers. */
  readonly applied: (slice: AppliedSlice) => void;
  /** Has this called before what stands is read: it sets the gauges. */
  onLook(tell: () => void): void;
  /** Sends what was gathered, within bounds, and ends. */
  close(): Promise<void>;
}

/** Opens what a process is observed by: always for Prometheus; StatsD and traces where they are configured. */
export async function openObservation(deps: ObservationDeps): Promise<Observation> {
  const { config, logger, clock } = deps;
  const prometheus = createPrometheus(Object.values(METRICS));
  const dropped = prometheus.series(METRICS.statsdDropped);
  const statsd = openStatsd(deps, () => dropped(1));
  const traces = await openTraces(deps);
  const traced = traces && { traces, ...followedBy(traces, deps.process) };
  const instruments = statsd === undefined ? prometheus : allOf([prometheus, statsd]);
  const freshness = new FreshnessBook(instruments.series(METRICS.freshness), clock);
  const looks = new Looks(logger);
  const ending = new AbortController();
  const telling = statsd === undefined ? undefined : looks.keepTelling(ending.signal);
  return {
    ...{ instruments, clock, traced },
    requests: createRequestWatch({
      ...{ instruments, clock, traced, newRequestId: randomUUID },
      log: isLogged(config) ? (fields, message) => logger.debug(fields, message) : undefined,
    }),
    metrics: {
      exposition: () => {
        looks.look();
        return prometheus.exposition();
      },
    },
    appended: (partition, sequence) => freshness.appended(partition, sequence),
    applied: (slice) => {
      freshness.applied(slice.partition, slice.sequence);
      traced?.positions.applied(slice);
    },
    onLook: (tell) => looks.add(tell),
    async close() {
      ending.abort();
      await Promise.all([telling, statsd?.close(), traces?.close()]);
    },
  };
}

/** How traces go on in a process: one of a cluster tells of what it does itself. */
function followedBy(
  traces: Traces,
  process: ClusterProcess | undefined,
): Omit<FollowedTraces, 'traces'> {
  if (process === undefined) {
    return { positions: new PositionTraces(traces), appendKind: 'internal' };
  }
  const part = process === 'worker' ? 'learn' : 'apply';
  return { positions: new PositionTraces(traces, [part]), appendKind: 'producer' };
}

/** What sets the gauges, and when it does. */
class Looks {
  readonly #tells: (() => void)[] = [];
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(tell: () => void): void {
    this.#tells.push(tell);
  }

  look(): void {
    for (const tell of this.#tells) {
      try {
        tell();
      } catch (error) {
        // Whoever asks still gets what was measured elsewhere.
        this.#logger.warn({ err: error }, 'a part could not be measured');
      }
    }
  }

  async keepTelling(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await sleep(standTellMsMax, undefined, { signal, ref: false }).catch(() => undefined);
      this.look();
    }
  }
}

function isLogged({ logLevel }: ObservationConfig): boolean {
  return logLevel === 'debug' || logLevel === 'trace';
}

function openStatsd(
  { config, logger, clock }: ObservationDeps,
  onDropped: () => void,
): StatsdInstruments | undefined {
  if (config.statsdUrl === undefined) return undefined;
  const { hostname, port } = new URL(config.statsdUrl);
  return createStatsd({
    ...{ clock, onDropped, port: Number(port) },
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    onTrouble: (error) => {
      logger.warn({ err: error }, 'StatsD could not be told');
    },
  });
}

/** OpenTelemetry is loaded where it is wanted: it takes longer than everything else here. */
async function openTraces({
  config,
  release,
  logger,
}: ObservationDeps): Promise<OtlpTraces | undefined> {
  const endpoint = config.otelExporterOtlpEndpoint;
  if (endpoint === undefined) return undefined;
  const { createTraces } = await import('../../adapters/instruments/traces.ts');
  return createTraces({
    ...{ endpoint, release, service: config.otelServiceName },
    onTrouble: (error) => {
      logger.warn({ err: error }, 'traces could not be sent');
    },
  });
}

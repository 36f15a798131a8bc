import { StatsD } from 'hot-shots';
import type { Instruments, Metric, Series } from '../../activities/instruments.ts';

/** Measurements that StatsD is told of in a second; those past it are dropped and counted. */
export const statsdMessagesASecondMax = 10_000;
/** Bytes that are gathered before they are sent: one packet of an Ethernet. */
export const statsdPacketBytesMax = 1_432;
/** How long what was gathered waits for more. */
export const statsdFlushMsMax = 250;
/** How long the address of a host is used before its name is looked up anew. */
const ADDRESS_MS_MAX = 60_000;

/** Everything that goes to StatsD starts so. */
export const STATSD_PREFIX = 'reprise.';

/** Where StatsD listens. */
export interface StatsdOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds that only go forwards. */
  readonly clock: () => number;
  /** Told of what could not be sent, at most once a second. */
  readonly onTrouble: (error: Error) => void;
  /** Told of each measurement that was dropped. */
  readonly onDropped: () => void;
}

/** What StatsD is told. */
export interface StatsdInstruments extends Instruments {
  /** Sends what was gathered, and ends. */
  close(): Promise<void>;
}

/** Sends measurements to StatsD over UDP: whether anybody hears them is never known, and never waited for. */
export function createStatsd(options: StatsdOptions): StatsdInstruments {
  const { host, port, clock, onTrouble, onDropped } = options;
  const rate = new Rate(clock);
  const complain = atMostEachSecond(clock, onTrouble);
  const client = new StatsD({
    ...{ host, port, protocol: 'udp', prefix: STATSD_PREFIX, errorHandler: complain },
    ...{ cacheDns: true, cacheDnsTtl: ADDRESS_MS_MAX },
    ...{ maxBufferSize: statsdPacketBytesMax, bufferFlushInterval: statsdFlushMsMax },
    // Nothing but what is configured decides what is sent: not the variables of another vendor.
    ...{ includeDataDogTags: false, includeDatadogTelemetry: false, datadog: false },
  });
  const send = (value: number, tell: (value: number) => void): void => {
    if (!Number.isFinite(value)) return;
    if (!rate.admits()) {
      onDropped();
      return;
    }
    try {
      tell(value);
    } catch (error) {
      complain(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return {
    series(metric, ...labels) {
      const tell = tellerOf(client, metric, labels);
      return tell === undefined ? () => undefined : (value) => send(value, tell);
    },
    forget: () => undefined,
    close: () =>
      new Promise((resolve) => {
        client.close(() => {
          resolve();
        });
      }),
  };
}

/** The name of a series in StatsD, where it has one: values of labels may hold no dot, which parts the levels. */
export function statsdNameOf(metric: Metric, labels: readonly string[]): string | undefined {
  return metric.statsd?.replace(/\{(\w+)\}/g, (_, label: string) => {
    const value = labels[metric.labels.indexOf(label)] ?? '';
    return value.replace(/[^\w-]/g, '_');
  });
}

function tellerOf(client: StatsD, metric: Metric, labels: readonly string[]): Series | undefined {
  const name = statsdNameOf(metric, labels);
  if (name === undefined) return undefined;
  switch (metric.kind) {
    case 'counter':
      return (value) => client.increment(name, value);
    case 'gauge':
      return (value) => client.gauge(name, value);
    case 'histogram':
      return (value) => client.timing(name, metric.unit === 'seconds' ? value * 1_000 : value);
  }
}

/** Lets so many through in each second. */
class Rate {
  readonly #clock: () => number;
  #secondEndMs = -Infinity;
  #count = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  admits(): boolean {
    const nowMs = this.#clock();
    if (nowMs >= this.#secondEndMs) {
      this.#secondEndMs = nowMs + 1_000;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= statsdMessagesASecondMax;
  }
}

function atMostEachSecond(
  clock: () => number,
  tell: (error: Error) => void,
): (error: Error) => void {
  let nextMs = -Infinity;
  return (error) => {
    const nowMs = clock();
    if (nowMs < nextMs) return;
    nextMs = nowMs + 1_000;
    tell(error);
  };
}

import { z } from 'zod';
import { RepriseError } from '../events/error.ts';
import { coreVariables } from './config/core-variables.ts';
import type { LearnerName } from './config/learner.ts';

/** The environment that the embedded core reads; flags of the command line go over it. */
const environment = z.object(coreVariables);

/** What an operator can set. */
export interface Config {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey: string | undefined;
  /** The file of API keys; that of the data folder where absent. */
  readonly keysFile: string | undefined;
  /** Requests that a caller may send in a second; not counted where absent. */
  readonly requestsPerSecondMax: number | undefined;
  /** The spaces that are run beside the main one; none where absent. */
  readonly spaces: readonly string[] | undefined;
  readonly logLevel: string;
  /** When durable workflows start: with the server, with the first run that needs them, or never. */
  readonly durable: 'eager' | 'lazy' | 'off';
  readonly sliceMsMax: number;
  readonly checkpointEventsMax: number;
  readonly checkpointMsMax: number;
  readonly leaseMsMax: number;
  readonly afterWaitMsMax: number;
  /** How long an answer from the past is waited for. */
  readonly timeTravelWaitMsMax: number;
  readonly exactScanItemsMax: number | undefined;
  /** The learner of a data folder that is made, as asked for; another one than a folder has is refused. */
  readonly learner: LearnerName | undefined;
  /** The share of interactions that are ranked before they are learned, from 0 to 1. */
  readonly prequentialShare: number;
  /** How long an erasure gathers users before the version without them is built. */
  readonly erasureDelayMsMax: number;
  /** When what is served is verified: off, a span, or five fields of cron in UTC; and so the others. */
  readonly scheduleVerify: string;
  readonly scheduleTrain: string;
  readonly scheduleIndex: string;
  /** When the shadow is promoted, where it passes the gate. */
  readonly schedulePromote: string;
  readonly promoteMetric: 'recall10' | 'mrr10';
  /** Events that both versions have to be tested on for that. */
  readonly promoteEventsMin: number;
  /** Where StatsD is told what is measured, `udp://host:port`; nowhere where absent. */
  readonly statsdUrl: string | undefined;
  /** Where traces are sent, an OTLP collector over HTTP; nowhere where absent. */
  readonly otelExporterOtlpEndpoint: string | undefined;
  /** What traces say that they are of. */
  readonly otelServiceName: string;
}

/** Reads the configuration from the environment; throws INVALID with every fault at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new RepriseError('INVALID', `the environment does not fit: ${faults.join('; ')}`, {
      faults,
    });
  }
  const value = parsed.data;
  return {
    data: value.REPRISE_DATA_DIR,
    host: value.REPRISE_HOST,
    port: value.REPRISE_PORT,
    apiKey: value.REPRISE_API_KEY,
    keysFile: value.REPRISE_KEYS_FILE,
    requestsPerSecondMax: value.REPRISE_REQUESTS_PER_SECOND_MAX,
    spaces: value.REPRISE_SPACES,
    logLevel: value.REPRISE_LOG_LEVEL,
    durable: value.REPRISE_DURABLE,
    sliceMsMax: value.REPRISE_SLICE_MS_MAX,
    checkpointEventsMax: value.REPRISE_CHECKPOINT_EVENTS_MAX,
    checkpointMsMax: value.REPRISE_CHECKPOINT_MS_MAX,
    leaseMsMax: value.REPRISE_LEASE_MS_MAX,
    afterWaitMsMax: value.REPRISE_AFTER_WAIT_MS_MAX,
    timeTravelWaitMsMax: value.REPRISE_TIME_TRAVEL_WAIT_MS_MAX,
    exactScanItemsMax: value.REPRISE_EXACT_SCAN_ITEMS_MAX,
    learner: value.REPRISE_LEARNER,
    prequentialShare: value.REPRISE_PREQUENTIAL_SHARE,
    erasureDelayMsMax: value.REPRISE_ERASURE_DELAY_MS_MAX,
    scheduleVerify: value.REPRISE_SCHEDULE_VERIFY,
    scheduleTrain: value.REPRISE_SCHEDULE_TRAIN,
    scheduleIndex: value.REPRISE_SCHEDULE_INDEX,
    schedulePromote: value.REPRISE_SCHEDULE_PROMOTE,
    promoteMetric: value.REPRISE_PROMOTE_METRIC,
    promoteEventsMin: value.REPRISE_PROMOTE_EVENTS_MIN,
    statsdUrl: value.REPRISE_STATSD_URL,
    otelExporterOtlpEndpoint: value.OTEL_EXPORTER_OTLP_ENDPOINT,
    otelServiceName: value.OTEL_SERVICE_NAME,
  };
}

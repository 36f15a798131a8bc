import { z } from 'zod';
import { datagramAddress, milliseconds, port, webAddress } from './fields.ts';
import { LEARNERS } from './learner.ts';
import { scheduleTimes } from './schedule.ts';
import { spaceNames } from './spaces.ts';

/** The variables that every process reads, as they are checked. */
export const coreVariables = {
  REPRISE_DATA_DIR: z.string().min(1).default('./data'),
  REPRISE_HOST: z.string().min(1).default('127.0.0.1'),
  REPRISE_PORT: port.default(7070),
  REPRISE_API_KEY: z.string().min(16).optional(),
  REPRISE_KEYS_FILE: z.string().min(1).optional(),
  REPRISE_REQUESTS_PER_SECOND_MAX: z.coerce.number().int().min(1).optional(),
  REPRISE_SPACES: spaceNames.optional(),
  REPRISE_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('warn'),
  REPRISE_DURABLE: z.enum(['eager', 'lazy', 'off']).default('eager'),
  REPRISE_SLICE_MS_MAX: milliseconds.default(8),
  REPRISE_CHECKPOINT_EVENTS_MAX: z.coerce.number().int().min(1).default(200_000),
  REPRISE_CHECKPOINT_MS_MAX: milliseconds.default(60_000),
  REPRISE_LEASE_MS_MAX: milliseconds.default(60_000),
  REPRISE_AFTER_WAIT_MS_MAX: milliseconds.default(5_000),
  REPRISE_TIME_TRAVEL_WAIT_MS_MAX: milliseconds.default(5_000),
  REPRISE_EXACT_SCAN_ITEMS_MAX: z.coerce.number().int().min(0).optional(),
  REPRISE_LEARNER: z.enum(LEARNERS).optional(),
  REPRISE_ERASURE_DELAY_MS_MAX: milliseconds.default(60_000),
  REPRISE_SCHEDULE_VERIFY: scheduleTimes.default('17 3 * * *'),
  REPRISE_SCHEDULE_TRAIN: scheduleTimes.default('off'),
  REPRISE_SCHEDULE_INDEX: scheduleTimes.default('off'),
  REPRISE_SCHEDULE_PROMOTE: scheduleTimes.default('off'),
  REPRISE_PROMOTE_METRIC: z.enum(['recall10', 'mrr10']).default('recall10'),
  REPRISE_PROMOTE_EVENTS_MIN: z.coerce.number().int().min(1).max(10_000).default(1_000),
  REPRISE_PREQUENTIAL_SHARE: z.coerce.number().min(0).max(1).default(0.01),
  REPRISE_STATSD_URL: datagramAddress.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: webAddress.optional(),
  OTEL_SERVICE_NAME: z.string().min(1).default('reprise'),
} as const;

/** Of {@link coreVariables}, those that mean something in the embedded profile alone. */
export const EMBEDDED_ONLY: readonly string[] = [
  'REPRISE_DATA_DIR',
  'REPRISE_SPACES',
  'REPRISE_DURABLE',
];

import { z } from 'zod';
import { PARTITIONS_MAX } from '../../events/partition-of.ts';
import {
  address,
  base64Bytes,
  hostAndPort,
  hostsAndPorts,
  milliseconds,
  onOff,
  plainName,
  port,
  webAddress,
} from './fields.ts';

/** Bytes of the key that signs recommendation ids. */
export const SIGNING_KEY_BYTES_MIN = 32;

const filePath = z.string().min(1);
const secretText = z.string().min(1);

/** The variables that the cluster profile reads besides those of every process, as they are checked. */
export const clusterVariables = {
  REPRISE_PARTITIONS: z.coerce.number().int().min(1).max(PARTITIONS_MAX).default(8),
  REPRISE_PROBE_PORT: port.default(7071),
  REPRISE_SIGNING_KEY: base64Bytes(SIGNING_KEY_BYTES_MIN).optional(),
  REPRISE_SCRATCH_FOLDER: filePath.optional(),
  REPRISE_DEPENDENCY_WAIT_MS_MAX: milliseconds.default(60_000),
  REPRISE_ACK_WAIT_MS_MAX: milliseconds.default(2_000),
  REPRISE_LAG_EVENTS_MAX: z.coerce.number().int().min(1).default(1_000_000),
  REPRISE_KAFKA_BROKERS: hostsAndPorts.optional(),
  REPRISE_KAFKA_TOPIC: plainName.default('reprise-events'),
  REPRISE_CLOUD_EVENTS_TOPIC: plainName.optional(),
  REPRISE_KAFKA_TLS: onOff.default(false),
  REPRISE_KAFKA_TLS_CA_FILE: filePath.optional(),
  REPRISE_KAFKA_TLS_CERT_FILE: filePath.optional(),
  REPRISE_KAFKA_TLS_KEY_FILE: filePath.optional(),
  REPRISE_KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  REPRISE_KAFKA_SASL_USERNAME: secretText.optional(),
  REPRISE_KAFKA_SASL_PASSWORD: secretText.optional(),
  REPRISE_MONGO_URL: address('mongodb', 'mongodb+srv').optional(),
  REPRISE_MONGO_DATABASE: plainName.default('reprise'),
  REPRISE_MONGO_IDENTITY_DATABASE: plainName.default('reprise-identity'),
  REPRISE_MONGO_TLS_CA_FILE: filePath.optional(),
  REPRISE_MONGO_TLS_CERT_KEY_FILE: filePath.optional(),
  REPRISE_REDIS_URL: address('redis', 'rediss').optional(),
  REPRISE_REDIS_PASSWORD: secretText.optional(),
  REPRISE_REDIS_TLS_CA_FILE: filePath.optional(),
  REPRISE_REDIS_TLS_CERT_FILE: filePath.optional(),
  REPRISE_REDIS_TLS_KEY_FILE: filePath.optional(),
  REPRISE_TEMPORAL_ADDRESS: hostAndPort.optional(),
  REPRISE_TEMPORAL_NAMESPACE: plainName.default('default'),
  REPRISE_TEMPORAL_TLS: onOff.default(false),
  REPRISE_TEMPORAL_TLS_CA_FILE: filePath.optional(),
  REPRISE_TEMPORAL_TLS_CERT_FILE: filePath.optional(),
  REPRISE_TEMPORAL_TLS_KEY_FILE: filePath.optional(),
  REPRISE_TEMPORAL_TLS_SERVER_NAME: plainName.optional(),
  REPRISE_TEMPORAL_API_KEY: secretText.optional(),
  REPRISE_TEMPORAL_UI_URL: webAddress.optional(),
  REPRISE_SHARED_FOLDER: filePath.optional(),
  REPRISE_S3_BUCKET: plainName.optional(),
  REPRISE_S3_REGION: plainName.default('us-east-1'),
  REPRISE_S3_ENDPOINT: webAddress.optional(),
  REPRISE_S3_ACCESS_KEY_ID: secretText.optional(),
  REPRISE_S3_SECRET_ACCESS_KEY: secretText.optional(),
} as const;

/** The variables whose values nobody may see, and which a file may give instead (`NAME_FILE`). */
export const SECRET_VARIABLES: readonly string[] = [
  'REPRISE_API_KEY',
  'REPRISE_SIGNING_KEY',
  'REPRISE_KAFKA_SASL_USERNAME',
  'REPRISE_KAFKA_SASL_PASSWORD',
  'REPRISE_MONGO_URL',
  'REPRISE_REDIS_URL',
  'REPRISE_REDIS_PASSWORD',
  'REPRISE_TEMPORAL_API_KEY',
  'REPRISE_S3_ACCESS_KEY_ID',
  'REPRISE_S3_SECRET_ACCESS_KEY',
];

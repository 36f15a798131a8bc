import { z } from 'zod';
import type {
  FilesConfig,
  KafkaConfig,
  MongoConfig,
  RedisConfig,
  TemporalConfig,
} from './cluster-config.ts';
import { clusterVariables } from './cluster-variables.ts';
import { coreVariables } from './core-variables.ts';
import { Secret } from './secret.ts';

/** Every variable of a process of the cluster. */
export const variables = z.object({ ...coreVariables, ...clusterVariables });

/** The values of {@link variables}, each checked by itself. */
export type Values = z.infer<typeof variables>;

/** Wraps a secret where there is one. */
export function secretOf(text: string): Secret;
export function secretOf(text: string | undefined): Secret | undefined;
export function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

/** Tells how Kafka is reached; undefined where no broker is named. */
export function kafkaOf(value: Values): KafkaConfig | undefined {
  const brokers = value.REPRISE_KAFKA_BROKERS;
  if (brokers === undefined) return undefined;
  const tls = {
    caFile: value.REPRISE_KAFKA_TLS_CA_FILE,
    certFile: value.REPRISE_KAFKA_TLS_CERT_FILE,
    keyFile: value.REPRISE_KAFKA_TLS_KEY_FILE,
  };
  const mechanism = value.REPRISE_KAFKA_SASL_MECHANISM;
  const username = secretOf(value.REPRISE_KAFKA_SASL_USERNAME);
  const password = secretOf(value.REPRISE_KAFKA_SASL_PASSWORD);
  return {
    brokers,
    topic: value.REPRISE_KAFKA_TOPIC,
    tls: value.REPRISE_KAFKA_TLS ? tls : undefined,
    sasl:
      mechanism === undefined || username === undefined || password === undefined
        ? undefined
        : { mechanism, username, password },
  };
}

/** Tells how MongoDB is reached; undefined where no address is given. */
export function mongoOf(value: Values): MongoConfig | undefined {
  const url = secretOf(value.REPRISE_MONGO_URL);
  if (url === undefined) return undefined;
  return {
    url,
    database: value.REPRISE_MONGO_DATABASE,
    identityDatabase: value.REPRISE_MONGO_IDENTITY_DATABASE,
    tls: {
      caFile: value.REPRISE_MONGO_TLS_CA_FILE,
      certKeyFile: value.REPRISE_MONGO_TLS_CERT_KEY_FILE,
    },
  };
}

/** Tells how Redis is reached; undefined where no address is given. */
export function redisOf(value: Values): RedisConfig | undefined {
  const url = secretOf(value.REPRISE_REDIS_URL);
  if (url === undefined) return undefined;
  return {
    url,
    password: secretOf(value.REPRISE_REDIS_PASSWORD),
    tls: {
      caFile: value.REPRISE_REDIS_TLS_CA_FILE,
      certFile: value.REPRISE_REDIS_TLS_CERT_FILE,
      keyFile: value.REPRISE_REDIS_TLS_KEY_FILE,
    },
  };
}

/** Tells how Temporal is reached; undefined where no address is given. */
export function temporalOf(value: Values): TemporalConfig | undefined {
  const address = value.REPRISE_TEMPORAL_ADDRESS;
  if (address === undefined) return undefined;
  const tls = {
    caFile: value.REPRISE_TEMPORAL_TLS_CA_FILE,
    certFile: value.REPRISE_TEMPORAL_TLS_CERT_FILE,
    keyFile: value.REPRISE_TEMPORAL_TLS_KEY_FILE,
    serverName: value.REPRISE_TEMPORAL_TLS_SERVER_NAME,
  };
  return {
    address,
    namespace: value.REPRISE_TEMPORAL_NAMESPACE,
    tls: value.REPRISE_TEMPORAL_TLS ? tls : undefined,
    apiKey: secretOf(value.REPRISE_TEMPORAL_API_KEY),
    uiUrl: value.REPRISE_TEMPORAL_UI_URL,
  };
}

/** Tells where files are kept; undefined where neither folder nor bucket is named. */
export function filesOf(value: Values): FilesConfig | undefined {
  const folder = value.REPRISE_SHARED_FOLDER;
  if (folder !== undefined) return { kind: 'folder', folder };
  const bucket = value.REPRISE_S3_BUCKET;
  if (bucket === undefined) return undefined;
  const accessKeyId = secretOf(value.REPRISE_S3_ACCESS_KEY_ID);
  const secretAccessKey = secretOf(value.REPRISE_S3_SECRET_ACCESS_KEY);
  return {
    kind: 's3',
    bucket,
    region: value.REPRISE_S3_REGION,
    endpoint: value.REPRISE_S3_ENDPOINT,
    credentials:
      accessKeyId === undefined || secretAccessKey === undefined
        ? undefined
        : { accessKeyId, secretAccessKey },
  };
}

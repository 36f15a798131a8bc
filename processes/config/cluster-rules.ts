import type { ClusterProcess, ConfigPart } from './cluster-process.ts';
import { PARTS_NEEDED } from './cluster-process.ts';
import { EMBEDDED_ONLY } from './core-variables.ts';
import type { Environment } from './variable-names.ts';

/** What a rule looks at: the environment without empty values, secrets resolved, and which process reads it. */
interface Given {
  readonly env: Environment;
  readonly process: ClusterProcess;
}

type Rule = (given: Given) => readonly string[];

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** The variables without which a part cannot be used, and what to set them to. */
const REQUIRED: Readonly<Record<ConfigPart, readonly (readonly [string, string])[]>> = {
  kafka: [['REPRISE_KAFKA_BROKERS', 'host:port of a broker, several between commas']],
  mongo: [['REPRISE_MONGO_URL', 'mongodb://host:port']],
  redis: [['REPRISE_REDIS_URL', 'redis://host:port']],
  temporal: [['REPRISE_TEMPORAL_ADDRESS', 'host:port of the frontend']],
  signing: [['REPRISE_SIGNING_KEY', 'the same 32 bytes for every API: openssl rand -base64 32']],
  files: [],
};

/** Lists what does not fit together although each value fits by itself. */
export function faultsBetween(given: Given): readonly string[] {
  return RULES.flatMap((rule) => rule(given));
}

const required: Rule = ({ env, process }) =>
  PARTS_NEEDED[process]
    .flatMap((part) => REQUIRED[part])
    .filter(([name]) => env[name] === undefined)
    .map(([name, what]) => `${name}: must be set for ${process}: ${what}`);

const oneStoreOfFiles: Rule = ({ env, process }) => {
  const folder = env['REPRISE_SHARED_FOLDER'] !== undefined;
  const bucket = env['REPRISE_S3_BUCKET'] !== undefined;
  if (folder && bucket) return ['REPRISE_S3_BUCKET: REPRISE_SHARED_FOLDER is set too: keep one'];
  if (bucket || folder || !PARTS_NEEDED[process].includes('files')) return [];
  return [
    `REPRISE_SHARED_FOLDER: must be set for ${process}, or REPRISE_S3_BUCKET: checkpoints and indexes are kept there`,
  ];
};

const bucketFirst: Rule = ({ env }) =>
  env['REPRISE_S3_BUCKET'] === undefined
    ? namesSet(env, 'REPRISE_S3_').map((name) => `${name}: does nothing without REPRISE_S3_BUCKET`)
    : [];

const sasl: Rule = ({ env }) => {
  const names = ['MECHANISM', 'USERNAME', 'PASSWORD'].map((end) => `REPRISE_KAFKA_SASL_${end}`);
  return together(env, names);
};

const kafkaTls: Rule = ({ env }) => tlsFirst(env, 'REPRISE_KAFKA_TLS');
const temporalTls: Rule = ({ env }) => tlsFirst(env, 'REPRISE_TEMPORAL_TLS');

const apiKeyNeedsTls: Rule = ({ env }) =>
  env['REPRISE_TEMPORAL_API_KEY'] !== undefined && env['REPRISE_TEMPORAL_TLS'] !== 'true'
    ? ['REPRISE_TEMPORAL_API_KEY: would be sent in the clear: set REPRISE_TEMPORAL_TLS=true']
    : [];

const redisTls: Rule = ({ env }) =>
  env['REPRISE_REDIS_URL']?.startsWith('redis://') === true
    ? namesSet(env, 'REPRISE_REDIS_TLS_').map((name) => `${name}: needs an address of rediss://`)
    : [];

const certificatePairs: Rule = ({ env }) =>
  ['KAFKA', 'REDIS', 'TEMPORAL'].flatMap((part) =>
    together(env, [`REPRISE_${part}_TLS_CERT_FILE`, `REPRISE_${part}_TLS_KEY_FILE`]),
  );

const bucketKeyPair: Rule = ({ env }) =>
  together(env, ['REPRISE_S3_ACCESS_KEY_ID', 'REPRISE_S3_SECRET_ACCESS_KEY']);

const identitiesApart: Rule = ({ env }) => {
  const identity = env['REPRISE_MONGO_IDENTITY_DATABASE'] ?? 'reprise-identity';
  return identity === (env['REPRISE_MONGO_DATABASE'] ?? 'reprise')
    ? ['REPRISE_MONGO_IDENTITY_DATABASE: must be another database than REPRISE_MONGO_DATABASE']
    : [];
};

const topicsApart: Rule = ({ env }) =>
  env['REPRISE_CLOUD_EVENTS_TOPIC'] === (env['REPRISE_KAFKA_TOPIC'] ?? 'reprise-events')
    ? [
        'REPRISE_CLOUD_EVENTS_TOPIC: must be another topic than REPRISE_KAFKA_TOPIC: what is told would come in again',
      ]
    : [];

const keyBeyondLoopback: Rule = ({ env, process }) => {
  const host = env['REPRISE_HOST'] ?? '127.0.0.1';
  const isKeyed = env['REPRISE_API_KEY'] !== undefined || env['REPRISE_KEYS_FILE'] !== undefined;
  if (process !== 'api' || LOOPBACK.includes(host) || isKeyed) return [];
  return [
    `REPRISE_API_KEY: or REPRISE_KEYS_FILE must be set where REPRISE_HOST is ${host}: anyone could read and write`,
  ];
};

const ofTheOtherProfile: Rule = ({ env }) =>
  EMBEDDED_ONLY.filter((name) => env[name] !== undefined).map(
    (name) => `${name}: belongs to the embedded profile: unset it`,
  );

const RULES: readonly Rule[] = [
  required,
  oneStoreOfFiles,
  bucketFirst,
  bucketKeyPair,
  sasl,
  kafkaTls,
  temporalTls,
  apiKeyNeedsTls,
  redisTls,
  certificatePairs,
  identitiesApart,
  topicsApart,
  keyBeyondLoopback,
  ofTheOtherProfile,
];

function namesSet(env: Environment, start: string): readonly string[] {
  return Object.keys(env).filter((name) => name.startsWith(start));
}

/** Names what is missing where some of several variables are set and not all. */
function together(env: Environment, names: readonly string[]): readonly string[] {
  const set = names.filter((name) => env[name] !== undefined);
  if (set.length === 0) return [];
  return names
    .filter((name) => !set.includes(name))
    .map((name) => `${name}: must be set with ${set.join(' and ')}`);
}

function tlsFirst(env: Environment, name: string): readonly string[] {
  if (env[name] === 'true') return [];
  return namesSet(env, `${name}_`).map((one) => `${one}: does nothing without ${name}=true`);
}

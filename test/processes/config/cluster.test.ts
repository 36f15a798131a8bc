import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { CLUSTER_PROCESSES } from '../../../processes/config/cluster-process.ts';
import type { ClusterProcess } from '../../../processes/config/cluster-process.ts';
import { configWith, ENOUGH, faultsWith, SIGNING_KEY } from './cluster-environment.ts';

type Changes = Readonly<Record<string, string | undefined>>;

/** Each rule: what is changed, and how the one fault begins that is told of it. */
const rules: readonly (readonly [string, Changes, RegExp])[] = [
  ['partitions are a number', { REPRISE_PARTITIONS: 'many' }, /^REPRISE_PARTITIONS: /],
  ['there is a partition', { REPRISE_PARTITIONS: '0' }, /^REPRISE_PARTITIONS: /],
  ['there are no more than 256', { REPRISE_PARTITIONS: '257' }, /^REPRISE_PARTITIONS: /],
  ['a port is one', { REPRISE_PROBE_PORT: '70000' }, /^REPRISE_PROBE_PORT: /],
  ['a broker has a port', { REPRISE_KAFKA_BROKERS: 'a:1,b' }, /BROKERS: must be host:port/],
  ['… of 1 to 65535', { REPRISE_KAFKA_BROKERS: 'a:0' }, /BROKERS: has a port above 65535 or of 0/],
  ['a topic has a plain name', { REPRISE_KAFKA_TOPIC: 'a b' }, /TOPIC: must be letters/],
  [
    'what is told has a topic of its own',
    { REPRISE_CLOUD_EVENTS_TOPIC: 'reprise-events' },
    /CLOUD_EVENTS_TOPIC: must be another topic than REPRISE_KAFKA_TOPIC/,
  ],
  ['a switch is true or false', { REPRISE_KAFKA_TLS: 'yes' }, /TLS: must be true or false/],
  ['Mongo has its scheme', { REPRISE_MONGO_URL: 'http://mongo' }, /URL: must be mongodb:\/\//],
  ['Redis has its scheme', { REPRISE_REDIS_URL: 'redis:6379' }, /URL: must be redis:\/\//],
  ['Temporal has a port', { REPRISE_TEMPORAL_ADDRESS: 'temporal' }, /ADDRESS: must be host:port/],
  ['a key has 32 bytes', { REPRISE_SIGNING_KEY: 'AAAA' }, /KEY: must be 32 bytes or more/],
  ['… in base64', { REPRISE_SIGNING_KEY: '*'.repeat(50) }, /KEY: must be base64/],
  [
    'a UI has no password',
    { REPRISE_TEMPORAL_UI_URL: 'http://a:b@c' },
    /without user and password/,
  ],
  ['a wait is bounded', { REPRISE_DEPENDENCY_WAIT_MS_MAX: '0' }, /^REPRISE_DEPENDENCY_WAIT_MS_MAX/],
  ['a wait is at most a day', { REPRISE_ACK_WAIT_MS_MAX: '86400001' }, /^REPRISE_ACK_WAIT_MS_MAX/],
  ['a lag is positive', { REPRISE_LAG_EVENTS_MAX: '-1' }, /^REPRISE_LAG_EVENTS_MAX/],
  [
    'identities stand apart',
    { REPRISE_MONGO_IDENTITY_DATABASE: 'reprise' },
    /must be another database/,
  ],
  [
    'SASL is whole',
    { REPRISE_KAFKA_SASL_MECHANISM: 'plain' },
    /USERNAME: must be set with REPRISE/,
  ],
  ['a TLS file needs TLS', { REPRISE_KAFKA_TLS_CA_FILE: '/ca' }, /without REPRISE_KAFKA_TLS=true/],
  [
    'a Temporal key needs TLS',
    { REPRISE_TEMPORAL_API_KEY: 'k' },
    /in the clear: set REPRISE_TEMPORAL_TLS=true/,
  ],
  ['Redis TLS needs rediss', { REPRISE_REDIS_TLS_CA_FILE: '/ca' }, /needs an address of rediss/],
  [
    'a certificate needs its key',
    { REPRISE_KAFKA_TLS: 'true', REPRISE_KAFKA_TLS_CERT_FILE: '/ca' },
    /KEY_FILE: must be set with REPRISE_KAFKA_TLS_CERT_FILE/,
  ],
  [
    'files have one place',
    { REPRISE_S3_BUCKET: 'b' },
    /REPRISE_SHARED_FOLDER is set too: keep one/,
  ],
  ['files have a place', { REPRISE_SHARED_FOLDER: undefined }, /or REPRISE_S3_BUCKET/],
  ['S3 needs a bucket', { REPRISE_S3_REGION: 'x' }, /does nothing without REPRISE_S3_BUCKET/],
  [
    'an open API needs a key',
    { REPRISE_HOST: '0.0.0.0' },
    /^REPRISE_API_KEY: or REPRISE_KEYS_FILE must be set where/,
  ],
  ['the data folder is the other profile', { REPRISE_DATA_DIR: './d' }, /the embedded profile/],
  ['a slip of the hand is told', { REPRISE_KAFKA_BROKER: 'a:1' }, /REPRISE_KAFKA_BROKERS meant/],
  ['no Service is meant', { REPRISE_API_SERVICE_HOST: '1.2.3.4' }, /enableServiceLinks: false/],
];

/** What each process refuses to start without. */
const needs: Readonly<Record<ClusterProcess, readonly string[]>> = {
  api: Object.keys(ENOUGH),
  ingest: ['REPRISE_KAFKA_BROKERS', 'REPRISE_MONGO_URL', 'REPRISE_REDIS_URL'],
  worker: [
    'REPRISE_KAFKA_BROKERS',
    'REPRISE_MONGO_URL',
    'REPRISE_REDIS_URL',
    'REPRISE_TEMPORAL_ADDRESS',
    'REPRISE_SHARED_FOLDER',
  ],
  trainer: [
    'REPRISE_KAFKA_BROKERS',
    'REPRISE_MONGO_URL',
    'REPRISE_REDIS_URL',
    'REPRISE_TEMPORAL_ADDRESS',
    'REPRISE_SHARED_FOLDER',
  ],
  indexer: [
    'REPRISE_KAFKA_BROKERS',
    'REPRISE_MONGO_URL',
    'REPRISE_REDIS_URL',
    'REPRISE_TEMPORAL_ADDRESS',
    'REPRISE_SHARED_FOLDER',
  ],
};

const isSaid = (faults: readonly string[], pattern: RegExp): boolean =>
  faults.some((fault) => pattern.test(fault));

describe('the configuration of the cluster profile', () => {
  it('is enough for every process with its addresses, and has its defaults', () => {
    for (const process of CLUSTER_PROCESSES) assert.deepEqual(faultsWith({}, process), []);
    const config = configWith({});
    assert.equal(config.partitions, 8);
    assert.equal(config.kafka?.topic, 'reprise-events');
    assert.equal(config.kafka.tls, undefined);
    assert.equal(config.mongo?.identityDatabase, 'reprise-identity');
    assert.equal(config.temporal?.namespace, 'default');
    assert.deepEqual(config.files, { kind: 'folder', folder: '/shared' });
  });

  for (const [title, changes, fault] of rules) {
    it(`${title}: ${Object.keys(changes).join(', ')}`, () => {
      const faults = faultsWith(changes, 'api', { '/ca': '' });
      assert.ok(isSaid(faults, fault), faults.join('\n'));
    });
  }

  for (const process of CLUSTER_PROCESSES) {
    it(`asks of ${process} what it needs and no more`, () => {
      const none = Object.fromEntries(Object.keys(ENOUGH).map((name) => [name, undefined]));
      const asked = faultsWith(none, process).map((fault) => fault.split(':')[0]);
      assert.deepEqual(asked.sort(), [...needs[process]].sort());
    });
  }

  it('tells all faults at once', () => {
    const faults = faultsWith({
      REPRISE_PARTITIONS: '0',
      REPRISE_KAFKA_BROKERS: 'nowhere',
      REPRISE_SIGNING_KEY: undefined,
      REPRISE_SASL: 'x',
      REPRISE_S3_BUCKET: 'b',
    });
    assert.equal(faults.length, 5, faults.join('\n'));
  });

  it('takes an empty variable for an absent one, as Compose passes it', () => {
    assert.deepEqual(faultsWith({ REPRISE_S3_BUCKET: '', REPRISE_KAFKA_SASL_MECHANISM: '' }), []);
    assert.ok(isSaid(faultsWith({ REPRISE_MONGO_URL: '' }), /^REPRISE_MONGO_URL: must be set/));
  });

  it('takes TLS and SASL of every server', () => {
    const files = { '/ca': '', '/cert': '', '/key': '' };
    const { kafka, temporal, redis, mongo } = configWith(
      {
        REPRISE_KAFKA_TLS: 'true',
        REPRISE_KAFKA_TLS_CA_FILE: '/ca',
        REPRISE_KAFKA_SASL_MECHANISM: 'scram-sha-512',
        REPRISE_KAFKA_SASL_USERNAME: 'u',
        REPRISE_KAFKA_SASL_PASSWORD: 'p',
        REPRISE_TEMPORAL_TLS: 'true',
        REPRISE_TEMPORAL_TLS_CERT_FILE: '/cert',
        REPRISE_TEMPORAL_TLS_KEY_FILE: '/key',
        REPRISE_TEMPORAL_API_KEY: 'k',
        REPRISE_REDIS_URL: 'rediss://redis:6380/1',
        REPRISE_REDIS_PASSWORD: 'r',
        REPRISE_REDIS_TLS_CA_FILE: '/ca',
        REPRISE_MONGO_URL: 'mongodb+srv://a:b@cluster.example/?retryWrites=true',
        REPRISE_MONGO_TLS_CA_FILE: '/ca',
      },
      'api',
      files,
    );
    assert.equal(kafka?.tls?.caFile, '/ca');
    assert.equal(kafka.sasl?.password.reveal(), 'p');
    assert.equal(temporal?.tls?.keyFile, '/key');
    assert.equal(temporal.apiKey?.reveal(), 'k');
    assert.equal(redis?.password?.reveal(), 'r');
    assert.equal(mongo?.tls.caFile, '/ca');
  });

  it('takes a bucket instead of a folder', () => {
    const { files } = configWith({
      REPRISE_SHARED_FOLDER: undefined,
      REPRISE_S3_BUCKET: 'reprise',
      REPRISE_S3_ENDPOINT: 'http://minio:9000',
      REPRISE_S3_ACCESS_KEY_ID: 'id',
      REPRISE_S3_SECRET_ACCESS_KEY: 'key',
    });
    assert.ok(files?.kind === 's3');
    assert.equal(files.credentials?.secretAccessKey.reveal(), 'key');
  });

  it('refuses a file of TLS that is not there', () => {
    const faults = faultsWith({ REPRISE_MONGO_TLS_CA_FILE: '/nowhere' });
    assert.deepEqual(faults, [
      'REPRISE_MONGO_TLS_CA_FILE: /nowhere cannot be read: check that it is mounted',
    ]);
  });

  it('leaves variables of tests and scripts alone', () => {
    assert.deepEqual(
      faultsWith({ REPRISE_SETUP: 'skip', REPRISE_DATA: '/d', REPRISE_TEST_STACK: '1' }),
      [],
    );
  });

  it('takes the same key for every API, as bytes', () => {
    const { signingKey } = configWith({});
    assert.equal(signingKey?.reveal(), SIGNING_KEY);
  });
});

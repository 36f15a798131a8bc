import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';

import { SECRET_VARIABLES } from '../../../processes/config/cluster-variables.ts';
import { redacted } from '../../../processes/config/redacted.ts';
import { SECRET_FILE_BYTES_MAX } from '../../../processes/config/secret-files.ts';
import { withoutCredentials } from '../../../processes/config/secret.ts';
import { configWith, faultsWith, SIGNING_KEY } from './cluster-environment.ts';

const hidden = {
  REPRISE_API_KEY: 'hidden-api-key-hidden',
  REPRISE_KAFKA_SASL_MECHANISM: 'plain',
  REPRISE_KAFKA_SASL_USERNAME: 'hidden-kafka-user',
  REPRISE_KAFKA_SASL_PASSWORD: 'hidden-kafka-password',
  REPRISE_MONGO_URL: 'mongodb://hidden-user:hidden-p@mongo:27017/?authSource=hidden',
  REPRISE_REDIS_URL: 'rediss://:hidden-redis@redis:6379',
  REPRISE_REDIS_PASSWORD: 'hidden-redis-too',
  REPRISE_TEMPORAL_TLS: 'true',
  REPRISE_TEMPORAL_API_KEY: 'hidden-temporal',
  REPRISE_SHARED_FOLDER: undefined,
  REPRISE_S3_BUCKET: 'b',
  REPRISE_S3_ACCESS_KEY_ID: 'hidden-id',
  REPRISE_S3_SECRET_ACCESS_KEY: 'hidden-key',
};

describe('secrets', () => {
  it('are in no view of a configuration', () => {
    const config = configWith(hidden);
    const views = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      `${String(config.signingKey)} ${String(config.apiKey)}`,
      JSON.stringify(redacted(config)),
    ];
    for (const view of views) {
      assert.doesNotMatch(view, /hidden-/);
      assert.ok(!view.includes(SIGNING_KEY));
    }
  });

  it('leave the addresses to be seen', () => {
    const view = redacted(configWith(hidden)) as Record<string, Record<string, unknown>>;
    assert.equal(view['mongo']?.['url'], 'mongodb://mongo:27017');
    assert.equal(view['redis']?.['url'], 'rediss://redis:6379');
    assert.deepEqual(view['kafka']?.['brokers'], ['kafka:9092']);
    assert.equal(withoutCredentials('mongodb://u:p@a:1,b:2/db?x=y'), 'mongodb://a:1,b:2');
  });

  it('are in no fault', () => {
    for (const name of SECRET_VARIABLES) {
      const faults = faultsWith({ [name]: 'hidden-\u0000-é' });
      assert.doesNotMatch(faults.join('\n'), /hidden-/);
    }
  });

  it('may come from files, without the line end behind them', () => {
    const changes = { REPRISE_SIGNING_KEY: undefined, REPRISE_SIGNING_KEY_FILE: '/run/key' };
    const { signingKey } = configWith(changes, 'api', { '/run/key': `${SIGNING_KEY}\n` });
    assert.equal(signingKey?.reveal(), SIGNING_KEY);
  });

  it('come from a file or a variable, not from both', () => {
    const faults = faultsWith({ REPRISE_SIGNING_KEY_FILE: '/k' }, 'api', { '/k': SIGNING_KEY });
    assert.deepEqual(faults, [
      'REPRISE_SIGNING_KEY_FILE: REPRISE_SIGNING_KEY is set too: keep one of them',
    ]);
  });

  const faultOf = (text: string | undefined): readonly string[] =>
    faultsWith(
      { REPRISE_MONGO_URL: undefined, REPRISE_MONGO_URL_FILE: '/url' },
      'api',
      text === undefined ? {} : { '/url': text },
    );

  it('that a file should give and does not are told once', () => {
    assert.deepEqual(faultOf(undefined), [
      'REPRISE_MONGO_URL_FILE: /url cannot be read (ENOENT): check that the secret is mounted',
    ]);
    assert.deepEqual(faultOf('\n'), ['REPRISE_MONGO_URL_FILE: /url is empty']);
    assert.deepEqual(faultOf('x'.repeat(SECRET_FILE_BYTES_MAX + 1)), [
      'REPRISE_MONGO_URL_FILE: /url is too large for a secret',
    ]);
  });

  it('of a file are checked as those of a variable', () => {
    assert.match(faultOf('http://x').join('\n'), /^REPRISE_MONGO_URL: must be mongodb/);
  });
});

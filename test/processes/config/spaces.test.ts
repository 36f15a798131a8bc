import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readConfig } from '../../../processes/config.ts';
import { spacesMax } from '../../../processes/config/spaces.ts';
import { spaceEnvironment } from '../../../processes/spaces/space-environment.ts';

function spacesIn(text: string | undefined): readonly string[] | undefined {
  return readConfig({ REPRISE_SPACES: text }).spaces;
}

test('spaces are names between commas, and none where nothing is said', () => {
  assert.equal(spacesIn(undefined), undefined);
  assert.deepEqual(spacesIn(''), []);
  assert.deepEqual(spacesIn('acme, globex-2'), ['acme', 'globex-2']);
});

for (const [what, text, said] of [
  ['a path', 'acme,../globex', /REPRISE_SPACES.*a to z/],
  ['capitals', 'Acme', /REPRISE_SPACES.*a to z/],
  ['a dash at the start', '-acme', /REPRISE_SPACES.*dash/],
  ['a long name', 'a'.repeat(33), /REPRISE_SPACES.*1 to 32/],
  ['a name twice', 'acme,globex,acme', /REPRISE_SPACES.*twice/],
  [
    'too many',
    Array.from({ length: spacesMax + 1 }, (_, n) => `s${String(n)}`).join(),
    /REPRISE_SPACES/,
  ],
] as const) {
  test(`spaces refuse ${what}`, () => {
    assert.throws(() => spacesIn(text), { code: 'INVALID', message: said });
  });
}

test('a space is given nothing of who may enter the main one, nor where that stands', () => {
  const env = {
    ...{
      REPRISE_API_KEY: 'a',
      REPRISE_KEYS_FILE: 'b',
      REPRISE_SPACES: 'acme',
      REPRISE_DATA_DIR: 'c',
    },
    ...{ REPRISE_STATSD_URL: 'udp://localhost:8125', REPRISE_LEARNER: 'blend', PATH: '/bin' },
  };
  assert.deepEqual(spaceEnvironment(env, 'acme'), {
    ...{ REPRISE_LEARNER: 'blend', PATH: '/bin', REPRISE_DURABLE: 'lazy' },
    OTEL_SERVICE_NAME: 'reprise-acme',
  });
  assert.equal(spaceEnvironment({ REPRISE_DURABLE: 'off' }, 'acme')['REPRISE_DURABLE'], 'off');
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { keyDigest } from '../../../api/key-ring.ts';
import { readApiKeys } from '../../../processes/access/api-keys-file.ts';
import { NOW_MS } from '../../api/harness.ts';
import { startCli } from './harness.ts';

const cli = await startCli();
after(() => cli.close());

test('keys are made, listed and revoked, and shown once', async () => {
  const file = join(cli.folder, 'keys.json');
  cli.env['REPRISE_KEYS_FILE'] = file;
  const made = await cli.run('keys', 'create', '--name', 'page', '--scope', 'write', '--json');
  assert.equal(made.exit, 0, made.stderr);
  const key = String(made.json?.['key']);
  assert.match(key, /^reprise_[\w-]{43}$/);
  assert.deepEqual(await readApiKeys(file), [
    { name: 'page', scope: 'write', sha256: keyDigest(key) },
  ]);
  const expires = new Date(NOW_MS + 1_000).toISOString();
  const plain = await cli.run('keys', 'create', '--name', 'soon', '--expires', expires);
  assert.match(plain.stdout, /^reprise_[\w-]{43}\n$/);
  const listed = await cli.run('keys', 'list', '--json');
  assert.deepEqual(listed.json, {
    keys: [
      { name: 'page', scope: 'write', expires: null },
      { name: 'soon', scope: 'read', expires },
    ],
  });
  assert.equal((await cli.run('keys', 'revoke', '--name', 'page')).exit, 0);
  assert.deepEqual(
    (await readApiKeys(file))?.map(({ name }) => name),
    ['soon'],
  );
});

test('a key of a space and a quota are kept beside its digest, and listed', async () => {
  const file = join(cli.folder, 'spaces.json');
  cli.env['REPRISE_KEYS_FILE'] = file;
  const argv = ['--name', 'shop', '--space', 'acme', '--quota-per-day', '1000'];
  const made = await cli.run('keys', 'create', ...argv, '--json');
  assert.equal(made.json?.['space'], 'acme', made.stderr);
  const sha256 = keyDigest(String(made.json['key']));
  assert.deepEqual(await readApiKeys(file), [
    { name: 'shop', scope: 'read', sha256, space: 'acme', requestsPerDayMax: 1_000 },
  ]);
  const listed = await cli.run('keys', 'list', '--json');
  assert.deepEqual(listed.json, {
    keys: [{ name: 'shop', scope: 'read', expires: null, space: 'acme', quotaPerDay: 1_000 }],
  });
  cli.env['REPRISE_KEYS_FILE'] = join(cli.folder, 'keys.json');
});

for (const [what, argv, exit, said] of [
  ['a name twice', ['create', '--name', 'soon'], 3, /there is a key of this name/],
  ['a name with blanks', ['create', '--name', 'a b'], 2, /letters, digits/],
  ['a scope that is none', ['create', '--name', 'b', '--scope', 'all'], 2, /read, write, admin/],
  ['a time that is none', ['create', '--name', 'b', '--expires', 'soon'], 2, /--expires must be/],
  ['a time that is past', ['create', '--name', 'b', '--expires', '2020-01-01'], 2, /in the past/],
  ['a space that is a path', ['create', '--name', 'b', '--space', '../a'], 2, /--space must be/],
  ['a quota of none', ['create', '--name', 'b', '--quota-per-day', '0'], 2, /from 1 to/],
  ['a key that is not there', ['revoke', '--name', 'nobody'], 2, /no such key/],
] as const) {
  test(`keys refuses ${what}`, async () => {
    const ran = await cli.run('keys', ...argv);
    assert.match(ran.stderr, said);
    assert.equal(ran.exit, exit);
  });
}

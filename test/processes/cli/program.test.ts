import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import { startCli } from './harness.ts';

const cli = await startCli();
after(() => cli.close());

const COMMANDS = [
  ...['start', 'import', 'simulate', 'recommend', 'train', 'index', 'rebuild', 'verify'],
  ...['status', 'export'],
];

test('--help lists every command and the exit codes', async () => {
  const { exit, stdout, stderr } = await cli.run('--help');
  assert.equal(exit, 0);
  assert.equal(stderr, '');
  for (const command of [...COMMANDS, 'evaluate']) {
    assert.match(stdout, new RegExp(`^ {2}${command} `, 'm'));
  }
  assert.match(stdout, /Exit codes:/);
});

test('--version prints the version alone', async () => {
  assert.deepEqual(await cli.run('--version'), {
    exit: 0,
    stdout: '1.2.3\n',
    stderr: '',
    json: undefined,
  });
});

for (const command of COMMANDS) {
  test(`${command} --help names --json and --data`, async () => {
    const { exit, stdout } = await cli.run(command, '--help');
    assert.equal(exit, 0);
    assert.match(stdout, /--json/);
    assert.match(stdout, /--data <dir>/);
  });
}

const USAGE: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /Usage: reprise/],
  [['improt', 'x'], /unknown command 'improt'[\s\S]*import/],
  [['import'], /missing required argument 'file'/],
  [['import', 'nowhere.csv'], /nowhere\.csv does not exist: check the path \(ENOENT\)/],
  [['import', '/'], /\/ is a folder/],
  [['import', 'x', '--positive-from', 'high'], /give a number/],
  [['recommend'], /missing required argument 'user'/],
  [['recommend', 'u', '-n', '0'], /whole number from 1 to 100/],
  [['recommend', 'u', '-n', '2.5'], /whole number/],
  [['recommend', 'u', '--exclude', 'all'], /Allowed choices are seen, none/],
  [['train', '--epochs', '-1'], /whole number from 1 to 1000/],
  [['simulate', '--rate', '0'], /above 0/],
  [['simulate', '--start', 'soon'], /give a time/],
  [['start', '--port', '65536'], /whole number from 0 to 65535/],
  [['status', 'now'], /too many arguments/],
  [['status', '--yaml'], /unknown option '--yaml'/],
];

for (const [argv, message] of USAGE) {
  test(`reprise ${argv.join(' ')} is a usage error`, async () => {
    const { exit, stdout, stderr } = await cli.run(...argv);
    assert.equal(exit, 2);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
}

test('an error under --json is one document on standard output', async () => {
  const { exit, stdout, json } = await cli.run('import', 'nowhere.csv', '--json');
  assert.equal(exit, 2);
  assert.equal(stdout.trimEnd().split('\n').length, 1);
  assert.deepEqual(json, {
    error: { code: 'ENOENT', message: 'nowhere.csv does not exist: check the path' },
  });
});

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { Collected, startCli } from './harness.ts';
import type { CliHarness } from './harness.ts';

let cli: CliHarness;

before(async () => {
  cli = await startCli();
});

beforeEach(() => {
  cli.clusterRuns.length = 0;
  for (const name of Object.keys(cli.env)) {
    if (name !== 'REPRISE_DATA_DIR') Reflect.deleteProperty(cli.env, name);
  }
});

after(() => cli.close());

test('start --profile cluster --only runs that process', async () => {
  const { exit, stderr } = await cli.run('start', '--profile', 'cluster', '--only', 'worker');
  assert.equal(exit, 0);
  assert.deepEqual(
    cli.clusterRuns.map(({ name }) => name),
    ['worker'],
  );
  assert.match(stderr, /stopped; everything that was acknowledged is kept/);
});

test('REPRISE_PROFILE chooses the profile, and --profile goes over it', async () => {
  cli.env['REPRISE_PROFILE'] = 'cluster';
  assert.equal((await cli.run('start', '--only', 'api')).exit, 0);
  assert.equal(cli.clusterRuns.length, 1);
  const { exit, stderr } = await cli.run('start', '--profile', 'embedded', '--only', 'api');
  assert.equal(exit, 2);
  assert.match(stderr, /--only belongs to the cluster profile: add --profile cluster/);
  assert.equal(cli.clusterRuns.length, 1);
});

test('the flags of start go over the environment of the process', async () => {
  Object.assign(cli.env, { REPRISE_PORT: '1', REPRISE_HOST: '::1' });
  const flags = ['--port', '7090', '--host', '127.0.0.1', '--partitions', '16'];
  flags.push('--learner', 'blend');
  await cli.run('start', '--profile', 'cluster', '--only', 'api', ...flags);
  const [run] = cli.clusterRuns;
  assert.equal(run?.env['REPRISE_PORT'], '7090');
  assert.equal(run.env['REPRISE_HOST'], '127.0.0.1');
  assert.equal(run.env['REPRISE_PARTITIONS'], '16');
  assert.equal(run.env['REPRISE_LEARNER'], 'blend');
});

test('what is not said by a flag stays as the environment has it', async () => {
  cli.env['REPRISE_PORT'] = '7099';
  await cli.run('start', '--profile', 'cluster', '--only', 'api');
  const [run] = cli.clusterRuns;
  assert.equal(run?.env['REPRISE_PORT'], '7099');
  assert.equal('REPRISE_PARTITIONS' in run.env, false);
});

const refused: readonly (readonly [readonly string[], RegExp])[] = [
  [['--profile', 'cluster'], /name it with --only api\|ingest\|worker\|trainer\|indexer/],
  [['--only', 'api'], /add --profile cluster/],
  [['--profile', 'clustered', '--only', 'api'], /Allowed choices are embedded, cluster/],
  [['--profile', 'cluster', '--only', 'cook'], /Allowed choices are api, ingest/],
  [['--profile', 'cluster', '--only', 'api', '--demo'], /--demo streams into the embedded profile/],
];

for (const [argv, message] of refused) {
  test(`start ${argv.join(' ')} is refused`, async () => {
    const { exit, stderr } = await cli.run('start', ...argv);
    assert.equal(exit, 2);
    assert.match(stderr, message);
    assert.equal(cli.clusterRuns.length, 0);
  });
}

test('a REPRISE_PROFILE that is none is refused', async () => {
  cli.env['REPRISE_PROFILE'] = 'clutser';
  const { exit, stderr } = await cli.run('start');
  assert.equal(exit, 2);
  assert.match(stderr, /REPRISE_PROFILE: must be embedded or cluster/);
});

test('the embedded profile says which variables do nothing', async () => {
  Object.assign(cli.env, { REPRISE_PROT: '1', REPRISE_MONGO_URL: 'mongodb://u:p@h' });
  const ending = new AbortController();
  const stdout = new Collected();
  const running = cli.runUntil(ending.signal, stdout, 'start', '--no-demo');
  await stdout.holds('ready');
  ending.abort();
  const { stderr } = await running;
  assert.match(stderr, /REPRISE_PROT: no such variable: is REPRISE_PORT meant\?/);
  assert.match(stderr, /REPRISE_MONGO_URL: read by the cluster profile alone/);
  assert.doesNotMatch(stderr, /u:p@h/);
});

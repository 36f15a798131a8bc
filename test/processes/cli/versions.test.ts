import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { startCli } from './harness.ts';

const MODELS = {
  live: 'v2',
  models: [
    {
      version: 'v1',
      live: false,
      aliases: ['previous'],
      learner: 'gmf',
      start: ['0:-1'],
      timeOrderedTo: ['0:9'],
    },
    { version: 'v2', live: true, aliases: ['live'], learner: 'isgd', start: ['0:4'] },
  ].map((model) => ({ ...model, dimensions: 8, positions: null, prequential: null })),
};

const cli = await startCli((base) => ({
  models: {
    list: async () => ({
      ...MODELS,
      models: MODELS.models.map((model) => ({ ...model, aliases: model.aliases as ['live'] })),
    }),
  },
  runs: {
    ...base.runs,
    describe: async (_kind, workflowId) => ({
      ...{ workflowId, url: 'http://ui', state: 'completed' },
      result: { version: 'v3', events: 40 },
    }),
  },
}));
after(() => cli.close());

test('models lists names, settings and where each version stands', async () => {
  const { exit, stdout } = await cli.run('models');
  assert.equal(exit, 0);
  assert.deepEqual(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ +/g, ' ')),
    [
      'version names learner dims parent start order position recall@10 mrr@10 of',
      'v1 previous gmf 8 0:-1 time not held 0',
      'v2 live isgd 8 0:4 journal not held 0',
    ],
  );
  assert.equal((await cli.run('models', '--json')).json?.['live'], 'v2');
});

test('backfill sends what it is told, and follows the run', async () => {
  const file = join(cli.folder, 'settings.json');
  await writeFile(file, '{"learningRate": 0.1}');
  const range = ['--from', '0:5', '--from', '1:6', '--to', '0:9'];
  const { exit, json } = await cli.run(
    ...['backfill', ...range, '--settings', file, '--name', 'v3', '--order', 'time', '--json'],
  );
  assert.equal(exit, 0);
  assert.deepEqual([json?.['state'], json?.['version']], ['completed', 'v3']);
  assert.deepEqual(cli.api.calls.at(-1), [
    'backfill',
    {
      from: ['0:5', '1:6'],
      to: ['0:9'],
      name: 'v3',
      order: 'time',
      settings: { learningRate: 0.1 },
    },
  ]);
});

for (const [name, text, why] of [
  ['is not there', undefined, /cannot be read \(ENOENT\)/],
  ['is not JSON', 'learningRate = 0.1', /is not JSON: write \{"learningRate": 0.1\}/],
  ['has a typo', '{"learningrate": 0.1}', /learningrate is not known here: .*learningRate/],
  ['is endless', ' '.repeat(70_000), /longer than 65536 bytes/],
] as const) {
  test(`backfill refuses a file of settings that ${name}`, async () => {
    const file = join(cli.folder, `${name}.json`);
    if (text !== undefined) await writeFile(file, text);
    const { exit, stderr } = await cli.run('backfill', '--settings', file);
    assert.equal(exit, 2, stderr);
    assert.match(stderr, why);
  });
}

test('compare tells both by cohort, and writes a page with plots', async () => {
  const file = join(cli.folder, 'page.html');
  const { exit, stdout } = await cli.run('compare', 'v1', 'v2', '--report', file);
  assert.equal(exit, 0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' '));
  assert.deepEqual(lines, [
    'cohort events recall@10 v1 v2 difference 95 % MRR@10 v1 v2 difference 95 %',
    'all events 8 0.2500 0.5000 +0.2500 +0.1250 to +0.3750 0.2500 0.5000 +0.2500 +0.1250 to +0.3750',
    'top 10 in common 50.0 % (2 users)',
    'item vectors aligned 0.7500 (3 items)',
  ]);
  const page = await readFile(file, 'utf8');
  assert.match(page, /<h1>v1 and v2 side by side<\/h1>/);
  assert.match(page, /Recall@10 over the stream/);
  const nowhere = await cli.run('compare', 'v1', 'v2', '--report', join(cli.folder, 'no', 'page'));
  assert.equal(nowhere.exit, 2, nowhere.stderr);
});

test('promote and rollback tell what is live and how long it took', async () => {
  const promoted = await cli.run('promote', 'v1');
  assert.equal(promoted.exit, 0);
  assert.match(promoted.stdout, /^v1 is live\nbefore +first\nfrom +0:7\nswitched in +1\.5 ms$/m);
  assert.deepEqual(cli.api.calls.at(-1), ['promote', 'v1']);
  await cli.run('promote', 'v1', '--if-better', 'recall10', '--events-min', '50');
  assert.deepEqual(cli.api.calls.at(-1), ['promote', 'v1', { metric: 'recall10', eventsMin: 50 }]);
  assert.equal((await cli.run('promote', 'v1', '--events-min', '50')).exit, 2);
  assert.equal((await cli.run('rollback', '--json')).json?.['previous'], 'v2');
  assert.deepEqual(cli.api.calls.at(-1), ['rollback', 'v2']);
});

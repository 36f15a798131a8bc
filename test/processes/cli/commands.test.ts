import assert from 'node:assert/strict';
import { after, test } from 'node:test';

import type { WhatIfQuery } from '../../../api/deps.ts';
import { VERIFIED } from '../../api/fixed-answers.ts';
import { startCli } from './harness.ts';

const cli = await startCli();
after(() => cli.close());

test('recommend shows a table, or the answer as it came', async () => {
  const { exit, stdout } = await cli.run(
    'recommend',
    'ü /1',
    '-n',
    '3',
    '--item',
    'x',
    '--exclude',
    'none',
  );
  assert.equal(exit, 0);
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    '#   score  item  title',
    '1  1.2500  song  A song',
    'based on user, model first at 0:7',
  ]);
  assert.deepEqual(cli.api.calls.at(-1), [
    'recommend',
    { user: 'ü /1', n: 3, after: [], exclude: 'none', item: 'x' },
  ]);
  const { json } = await cli.run('recommend', 'u', '--json');
  assert.deepEqual(json?.['items'], [{ id: 'song', score: 1.25, title: 'A song' }]);
});

test('what-if sends what is added, left out and obeyed, and shows what changes', async () => {
  const asked = ['--remove', '0:1', '--add', 'play:a:b', '--add', 'like:c', '-n', '3'];
  const ruled = ['--filter', 'item.year > 1990', '--diversity', '0.5', '--context', 'genre=jazz=2'];
  const { exit, stdout } = await cli.run('what-if', 'ü /1', ...asked, ...ruled);
  assert.equal(exit, 0, stdout);
  const [, query] = cli.api.calls.at(-1) as [string, WhatIfQuery];
  const { rules, ...question } = query;
  assert.deepEqual(question, {
    ...{ user: 'ü /1', n: 3, exclude: 'seen', remove: [{ partition: 0, sequence: 1 }] },
    add: [
      { type: 'play', item: 'a:b' },
      { type: 'like', item: 'c' },
    ],
  });
  assert.deepEqual([rules?.filter?.text, rules?.diversity], ['item.year > 1990', 0.5]);
  assert.equal(rules?.context['genre'], 'jazz=2');
  assert.match(stdout, /^based on .*; nothing was written$/m);
  const wrong = [
    ['--add', 'play'],
    ['--explore', 'much'],
    ['--context', 'x'],
  ];
  for (const options of wrong) {
    const refused = await cli.run('what-if', 'u', '--remove', '0:1', ...options);
    assert.equal(refused.exit, 2, options.join(' '));
    assert.match(refused.stderr, new RegExp(options[0] ?? ''));
  }
});

test('status tells what is on and what is off, and why', async () => {
  const { exit, stdout } = await cli.run('status');
  assert.equal(exit, 0);
  assert.match(stdout, /^training +off: not installed$/m);
  assert.match(stdout, /^replay +0 events behind, unleased: no Temporal$/m);
  const { json } = await cli.run('status', '--json');
  assert.deepEqual([json?.['server'], json?.['profile']], [true, 'embedded']);
});

test('verify says that the states are equal', async () => {
  const { exit, json } = await cli.run('verify', '--json');
  assert.equal(exit, 0);
  assert.deepEqual(json, VERIFIED);
});

test('verify exits with 1 when they are not', async () => {
  const unequal = await startCli((base) => ({
    maintenance: {
      ...base.maintenance,
      verify: () =>
        Promise.resolve({
          ...{ ...VERIFIED, equal: false, hash: 'cd', differing: [0] },
          parted: [{ partition: 0, after: '0:4', at: '0:5', events: 1, by: 'rows' as const }],
        }),
    },
  }));
  try {
    const { exit, stdout } = await unequal.run('verify');
    assert.equal(exit, 1);
    assert.match(stdout, /^NOT EQUAL$/m);
    assert.match(stdout, /^parts at +0:5: this event \(rows\)$/m);
  } finally {
    await unequal.close();
  }
});

test('schedules lists them, and tells one what it is told', async () => {
  const { exit, stdout } = await cli.run('schedules');
  assert.equal(exit, 0);
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    'name    state  when        next run              last run              ended      runs',
    'verify  on     17 3 * * *  2026-01-02T03:17:00Z  2026-01-01T03:17:20Z  completed     3',
  ]);
  const { json } = await cli.run('schedules', '--pause', 'train', '--json');
  assert.equal(json?.['name'], 'train');
  assert.deepEqual(cli.api.calls.at(-1), ['schedule', 'train', 'pause']);
  const two = await cli.run('schedules', '--pause', 'train', '--trigger', 'train');
  assert.equal(two.exit, 2);
  assert.match(two.stderr, /name one/);
});

test('verify passes on what it is asked, and refuses what does not go together', async () => {
  await cli.run('verify', '--full', '--model', 'v2');
  assert.deepEqual(cli.api.calls.at(-1), ['verify', { full: true, model: 'v2' }]);
  const { exit, stderr } = await cli.run('verify', '--answer', 'r1', '--full');
  assert.equal(exit, 2);
  assert.match(stderr, /leave --full and --model out/);
});

test('a failure in the middle of a long operation is told with its code', async () => {
  const failing = await startCli((base) => ({
    maintenance: {
      ...base.maintenance,
      verify: async (_version, onProgress) => {
        onProgress(1, 2);
        throw Object.assign(new Error('block 0:5 is damaged: restore it'), { code: 'DAMAGED' });
      },
    },
  }));
  try {
    const { exit, stderr } = await failing.run('verify');
    assert.equal(exit, 1);
    assert.match(stderr, /\(DAMAGED\)/);
  } finally {
    await failing.close();
  }
});

test('rebuild names the projections that it was asked for', async () => {
  const { exit, json } = await cli.run('rebuild', 'items', 'users', '--json');
  assert.equal(exit, 0);
  assert.deepEqual(json?.['projections'], ['items', 'users']);
});

test('train follows a run to its end and prints every epoch', async () => {
  const url = 'http://127.0.0.1:8233/train-1';
  const epochs = [
    { epoch: 1, hitRate10: 0.25, checkpointSha256: 'aa' },
    { epoch: 2, hitRate10: 0.5, checkpointSha256: 'bb' },
  ];
  let polls = 0;
  const training = await startCli((base) => ({
    runs: {
      ...base.runs,
      describe: async (_kind, workflowId) => {
        polls += 1;
        return polls === 1
          ? {
              workflowId,
              url,
              state: 'running',
              stage: 'epoch 1 of 2',
              progress: { done: 1, total: 2 },
            }
          : { workflowId, url, state: 'completed', result: { epochs, promoted: 'v2' } };
      },
    },
  }));
  try {
    const { exit, json, stderr } = await training.run(
      'train',
      '--trainer',
      'kernel',
      '--epochs',
      '2',
      '--json',
    );
    assert.equal(exit, 0);
    assert.deepEqual(json, {
      workflowId: 'train-1',
      url,
      state: 'completed',
      epochs,
      promoted: 'v2',
    });
    assert.match(stderr, /watch it at http:\/\/127\.0\.0\.1:8233\/train-1/);
    assert.match(stderr, /epoch 1 +hitRate10 0\.2500 +checkpointSha256 aa/);
    assert.deepEqual(training.api.calls, [['train', { trainer: 'kernel', epochs: 2 }]]);
  } finally {
    await training.close();
  }
});

test('index exits with 1 when the run fails, and says why', async () => {
  const failing = await startCli((base) => ({
    runs: {
      ...base.runs,
      describe: async (_kind, workflowId) => ({
        workflowId,
        url: 'http://ui',
        state: 'failed',
        failure: 'recall 0.9 is below 0.99',
      }),
    },
  }));
  try {
    const { exit, stdout } = await failing.run('index');
    assert.equal(exit, 1);
    assert.match(stdout, /index failed: recall 0\.9 is below 0\.99/);
  } finally {
    await failing.close();
  }
});

test('simulate writes the same NDJSON for the same seed, in the form of POST /v1/events', async () => {
  const argv = ['simulate', '--out', '-', '--events', '20', '--items', '50', '--seed', '3'];
  const first = await cli.run(...argv);
  assert.equal(first.exit, 0);
  assert.equal((await cli.run(...argv)).stdout, first.stdout);
  const lines = first.stdout.trimEnd().split('\n');
  assert.equal(lines.length, 20);
  assert.deepEqual(Object.keys(JSON.parse(lines[0]!) as object), [
    'id',
    'type',
    'user',
    'item',
    'time',
  ]);
});

test('simulate into the journal is taken once', async () => {
  const argv = ['simulate', '--events', '30', '--items', '5', '--json'];
  const first = await cli.run(...argv);
  assert.deepEqual([first.exit, first.json?.['accepted'], first.json?.['duplicates']], [0, 30, 0]);
  const again = await cli.run(...argv);
  assert.deepEqual([again.json?.['accepted'], again.json?.['duplicates']], [0, 30]);
});

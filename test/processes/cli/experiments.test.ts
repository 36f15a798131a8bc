import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import type { ExperimentsPort } from '../../../api/feedback-ports.ts';
import type { ExperimentAnswer } from '../../../api/schema/experiments.ts';
import { startCli } from './harness.ts';

const arm = { users: 200, answers: 1_000, clicked: 100, rate: 0.1, scenario: null, version: null };

const EXPERIMENT: ExperimentAnswer = {
  ...{ experiment: 'front', startedAt: '2026-01-01T00:00:00.000Z', effect: 0.01, full: true },
  uncounted: 'version v2 is not held beside the live one',
  arms: [
    { ...arm, name: 'plain', share: 0.5, comparison: null },
    {
      ...{
        ...arm,
        name: 'bold',
        share: 0.5,
        scenario: 'jazz',
        version: 'v2',
        clicked: 150,
        rate: 0.15,
      },
      comparison: { difference: 0.05, low: 0.01, high: 0.09, pValue: 0.0123, verdict: 'better' },
    },
  ],
};

const told: unknown[] = [];

const port: ExperimentsPort = {
  list: () => [EXPERIMENT],
  get: (name) => (name === 'front' ? EXPERIMENT : undefined),
  put: (name, request) => {
    told.push({ name, request });
    return Promise.resolve(EXPERIMENT);
  },
  remove: (name) => Promise.resolve(name === 'front' ? EXPERIMENT : undefined),
  assign: () => undefined,
};

const cli = await startCli(() => ({ experiments: port }));
after(() => cli.close());

function squeezed(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim());
}

const FIGURES = [
  'front, since 2026-01-01T00:00:00.000Z, tuned to a difference of 0.01',
  'arm share scenario version users answers clicked rate difference interval p verdict',
  'plain 0.5 none live 200 1,000 100 0.1000',
  'bold 0.5 jazz v2 200 1,000 150 0.1500 +0.0500 +0.0100 to +0.0900 0.0123 better',
  'more users came than are counted',
  'counting stands still: version v2 is not held beside the live one',
];

describe('experiments', () => {
  test('list tells each with its verdicts', async () => {
    const { exit, stdout } = await cli.run('experiments', 'list');
    assert.equal(exit, 0);
    assert.deepEqual(squeezed(stdout), [
      'experiment started arms users verdicts',
      'front 2026-01-01T00:00:00.000Z plain bold 400 bold better',
      'front stands still: version v2 is not held beside the live one',
    ]);
    const { json } = await cli.run('experiments', 'list', '--json');
    assert.deepEqual(json, { experiments: [EXPERIMENT] });
  });

  test('show tells the figures of the sequential test', async () => {
    assert.deepEqual(squeezed((await cli.run('experiments', 'show', 'front')).stdout), FIGURES);
    assert.deepEqual((await cli.run('experiments', 'show', 'front', '--json')).json, EXPERIMENT);
  });

  test('put sends the arms as they were given, the first first', async () => {
    const arms = ['--arm', 'plain=0.5', '--arm', 'bold=0.25:jazz@v2', '--arm', 'new=0.25@v3'];
    const { exit } = await cli.run('experiments', 'put', 'front', ...arms, '--effect', '0.02');
    assert.equal(exit, 0);
    assert.deepEqual(told, [
      {
        name: 'front',
        request: {
          arms: [
            { name: 'plain', share: 0.5 },
            { name: 'bold', share: 0.25, scenario: 'jazz', version: 'v2' },
            { name: 'new', share: 0.25, version: 'v3' },
          ],
          effect: 0.02,
        },
      },
    ]);
  });

  test('delete tells the figures a last time', async () => {
    const { stdout } = await cli.run('experiments', 'delete', 'front');
    assert.deepEqual(squeezed(stdout), ['ended; its last figures:', ...FIGURES]);
  });

  for (const [words, argv, exit, message] of [
    ['an arm without a share', ['put', 'x', '--arm', 'plain'], 2, /--arm is name=share/],
    ['no arm', ['put', 'x'], 2, /at least 2 arms/],
    [
      'shares that do not sum to 1',
      ['put', 'x', '--arm', 'a=0.5', '--arm', 'b=0.4'],
      2,
      /sum to 1/,
    ],
    ['an unknown experiment', ['show', 'gone'], 2, /no such experiment/],
  ] as const) {
    test(`refuse ${words}`, async () => {
      const ran = await cli.run('experiments', ...argv);
      assert.equal(ran.exit, exit);
      assert.match(ran.stderr, message);
    });
  }
});

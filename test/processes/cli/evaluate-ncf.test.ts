import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { readNativeParts } from '../../../processes/core/native-parts.ts';
import { campTexts, openNcfWorld } from '../evaluation/ncf-world.ts';
import { startCli } from './harness.ts';

const cli = await startCli();
const world = await openNcfWorld(campTexts(), true);
after(async () => {
  await cli.close();
  await world.close();
});

const { train, test: testFile, negatives } = world.files;
const FILES = ['--train', train, '--test', testFile, '--negatives', negatives];
const evaluate = (...argv: string[]) => cli.run('evaluate', 'ncf', ...FILES, ...argv);
const SHA256 = /^[0-9a-f]{64}$/;

test('popularity is measured without drawing anything', async () => {
  const { exit, json } = await evaluate('--trainer', 'popularity', '--json');
  assert.equal(exit, 0);
  const { hitRate10, ndcg10, trainer, factors, checkpoint, spread } = json!;
  assert.ok(typeof hitRate10 === 'number' && hitRate10 >= 0 && hitRate10 <= 1);
  assert.ok(typeof ndcg10 === 'number' && ndcg10 <= hitRate10);
  assert.deepEqual([trainer, factors], ['popularity', null]);
  assert.match(String(checkpoint), SHA256);
  assert.deepEqual(spread, { hitRate10: 0, ndcg10: 0 });
});

test('people get a table', async () => {
  const { stdout, stderr } = await evaluate('--trainer', 'popularity');
  assert.match(stdout, /setting +HR@10 +± +NDCG@10/);
  assert.match(stdout, /popularity +0\.\d{4}/);
  assert.equal(stderr, '');
});

const { unavailable } = readNativeParts().tfjs;
const needsTfjs = { skip: unavailable ?? false };
const QUICK = ['--factors', '8', '--epochs', '6', '--json'];

test(
  'tfjs trains several seeds, and the same seed gives the same checkpoint',
  needsTfjs,
  async () => {
    const { exit, json, stderr } = await evaluate(...QUICK, '--seeds', '2');
    assert.equal(exit, 0, stderr);
    assert.deepEqual([json!['seeds'], json!['epochs'], json!['factors']], [2, 6, 8]);
    const perSeed = json!['perSeed'] as { hitRate10: number; checkpoint: string }[];
    const rates = perSeed.map(({ hitRate10 }) => hitRate10);
    assert.equal(json!['hitRate10'], (rates[0]! + rates[1]!) / 2);
    assert.notEqual(perSeed[0]!.checkpoint, perSeed[1]!.checkpoint);
    assert.equal(json!['checkpoint'], perSeed[0]!.checkpoint);
    const byEpoch = json!['byEpoch'] as { epoch: number; hitRate10: number }[];
    assert.deepEqual(
      byEpoch.map(({ epoch }) => epoch),
      [1, 2, 3, 4, 5, 6],
    );
    const best = json!['bestOnTest'] as { epoch: number; hitRate10: number };
    assert.equal(best.hitRate10, Math.max(...byEpoch.map(({ hitRate10 }) => hitRate10)));
    const second = await evaluate(...QUICK, '--set', 'seed=2');
    assert.equal(second.json!['checkpoint'], perSeed[1]!.checkpoint);
  },
);

test('several factors are several runs, and a page shows them', needsTfjs, async () => {
  const report = join(world.folder, 'report.html');
  const argv = ['--factors', '4,8', '--epochs', '2', '--json', '--report', report];
  const { json } = await evaluate(...argv);
  const runs = json!['runs'] as { factors: number; floor: object }[];
  assert.deepEqual(
    runs.map(({ factors }) => factors),
    [4, 8],
  );
  const page = await readFile(report, 'utf8');
  for (const title of ['HR@10 by epoch', 'NDCG@10 by factors', 'tfjs sgd 8', 'popularity']) {
    assert.ok(page.includes(title), title);
  }
});

test(
  'settings are chosen on an item that is held out of the training file',
  needsTfjs,
  async () => {
    const { json } = await evaluate(...QUICK, '--validation');
    assert.equal(json!['measuredOn'], 'validation');
    assert.equal(json!['bestOnTest'], undefined);
    assert.ok(json!['bestOnValidation']);
  },
);

test('a rate that leaves the numbers is told', needsTfjs, async () => {
  const { exit, stderr } = await evaluate(...QUICK, '--set', 'regularization=-1');
  assert.equal(exit, 2);
  assert.match(stderr, /regularization is a number from 0 to 1000, not -1/);
});

const USAGE: readonly (readonly [readonly string[], RegExp])[] = [
  [['--factors', '6'], /multiples of 4/],
  [['--factors', ''], /whole number/],
  [['--seeds', '0'], /whole number/],
  [['--trainer', 'no'], /Allowed choices are tfjs, kernel, popularity/],
  [['--trainer', 'tfjs', '--solver', 'als'], /the tfjs trainer has no solver als: choose sgd/],
  [['--set', 'rate=1'], /the names are learningRate/],
];
for (const [argv, message] of USAGE) {
  test(`${argv.join(' ')} is refused`, async () => {
    const { exit, stderr } = await evaluate(...argv);
    assert.equal(exit, 2);
    assert.match(stderr, message);
  });
}

test('a missing file is named', async () => {
  const { exit, stderr, json } = await evaluate('--test', `${testFile}.no`, '--json');
  assert.equal(exit, 2);
  assert.match(stderr, /\.no does not exist/);
  assert.ok(json!['error']);
});

test('files that have to be given are asked for', async () => {
  const { exit, stderr } = await cli.run('evaluate', 'ncf', '--train', train);
  assert.equal(exit, 2);
  assert.match(stderr, /--test <file>/);
});

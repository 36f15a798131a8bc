import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ncfWarnings, readNcfFiles } from '../../../processes/evaluation/ncf-files.ts';
import type { NcfData } from '../../../processes/evaluation/ncf-files.ts';
import { campTexts, openNcfWorld } from './ncf-world.ts';
import type { NcfTexts } from './ncf-world.ts';

const SMALL: NcfTexts = {
  train: 'a\tx\t5\nb\ty\t3\na\tz\t1\n',
  test: 'a\ty\t4\nb\tx\t4\n',
  negatives: '(a,y)\tv\tw\n(b,x)\tz\tv\n',
};

async function read(texts: NcfTexts, packed = false): Promise<NcfData> {
  const world = await openNcfWorld(texts, packed);
  try {
    return await readNcfFiles(world.files, new AbortController().signal);
  } finally {
    await world.close();
  }
}

describe('the files of the leave-one-out protocol', () => {
  it('become rows in the order of first appearance, packed or not', async () => {
    const { pairs, cases, counts } = await read(SMALL);
    assert.deepEqual(await read(SMALL, true), { pairs, cases, counts });
    assert.deepEqual(await read({ ...SMALL, train: SMALL.train.replaceAll('\n', '\r\n') }), {
      ...{ pairs, cases, counts },
    });
    assert.deepEqual([pairs.users, pairs.items], [2, 5]);
    assert.deepEqual(Array.from(pairs.userRows), [0, 0, 1]);
    assert.deepEqual(Array.from(pairs.itemRows), [0, 2, 1]);
    assert.deepEqual(
      cases.map(({ user, candidates }) => [user, ...candidates]),
      [
        [0, 1, 3, 4],
        [1, 0, 2, 3],
      ],
    );
    assert.deepEqual(ncfWarnings(counts), []);
  });

  it('lose negatives that are the positive, and tell what else is odd', async () => {
    const { cases, counts, pairs } = await read({
      train: `${SMALL.train}a\tx\t5\nb\tx\t5\nc\tx\t1\n`,
      test: `${SMALL.test}d\tx\t1\n`,
      negatives: '(a,y)\ty\tx\n(b,x)\tz\ty\n(d,x)\tv\tw\n',
    });
    assert.deepEqual(
      cases.map(({ candidates }) => candidates.length),
      [2, 3, 3],
    );
    assert.equal(pairs.userRows.length, 5);
    assert.deepEqual(counts, {
      ...{ users: 4, items: 5, pairs: 5, repeatedPairs: 1, tests: 3, negatives: 5 },
      ...{ negativesEqualToPositive: 1, negativesTrained: 2, testsTrained: 1 },
      ...{ usersWithoutTest: 1, usersWithoutTraining: 1 },
    });
    assert.equal(ncfWarnings(counts).length, 6);
  });

  const FAULTS: readonly (readonly [string, Partial<NcfTexts>, RegExp])[] = [
    ['an empty training file', { train: '' }, /train has no line/],
    ['a test file of blank lines', { test: '\n\n' }, /test has no line/],
    ['a line without an item', { train: 'a\tx\t5\nb\n' }, /train:2: 1 field between tabs where 3/],
    ['an empty item', { train: 'a\t\t5\n' }, /train:1: field 2 is empty/],
    ['a ragged line', { train: 'a\tx\t5\nb\ty\t5\t1\n' }, /train:2: 4 fields .* 3 were expected/],
    ['fewer negatives', { negatives: '(a,y)\tv\tw\n(b,x)\tz\n' }, /negatives:2: 2 fields/],
    ['no negatives', { negatives: '(a,y)\n(b,x)\n' }, /negatives:1: 1 field /],
    ['a test without negatives', { negatives: '(a,y)\tv\n' }, /test:2: \(b,x\) has no line/],
    ['negatives of no test', { negatives: '(c,y)\tv\n' }, /negatives:1: \(c,y\) is no pair/],
    ['negatives given twice', { negatives: '(a,y)\tv\n(a,y)\tw\n' }, /negatives:2: .* twice/],
    ['a test given twice', { test: 'a\ty\na\ty\n' }, /test:2: .* twice/],
  ];
  for (const [what, change, message] of FAULTS) {
    it(`are refused with file and line: ${what}`, async () => {
      await assert.rejects(() => read({ ...SMALL, ...change }), { code: 'INVALID', message });
    });
  }

  it('are refused where one is missing', async () => {
    const world = await openNcfWorld(campTexts());
    try {
      const files = { ...world.files, test: `${world.files.test}.no` };
      const { signal } = new AbortController();
      await assert.rejects(() => readNcfFiles(files, signal), { code: 'ENOENT' });
      const folder = { ...world.files, test: world.folder };
      await assert.rejects(() => readNcfFiles(folder, signal), { code: 'INVALID' });
    } finally {
      await world.close();
    }
  });
});

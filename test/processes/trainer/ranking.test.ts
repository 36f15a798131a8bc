import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadKernel } from '../../../model/kernel/kernel.ts';
import { UserItems } from '../../../processes/trainer/user-items.ts';
import { countHits } from '../../../processes/trainer/ranking.ts';
import type { Pairs } from '../../../processes/trainer/ranking.ts';

const ITEMS = 30;

/** Rows by which every user ranks items by their number, the highest first. */
const ROWS = {
  users: new Float32Array(2 * 4),
  items: new Float32Array(ITEMS * 4),
  bias: Float32Array.from({ length: ITEMS }, (_, item) => item),
  output: new Float32Array(4).fill(1),
};

function pairsOf(...pairs: [user: number, item: number][]): Pairs {
  return {
    users: Uint32Array.from(pairs, ([user]) => user),
    items: Uint32Array.from(pairs, ([, item]) => item),
  };
}

async function hits(pairs: Pairs, seen: Pairs, rows = ROWS) {
  const kernels = await loadKernel({ plain: true });
  const known = new UserItems(seen.users, seen.items, 2);
  return countHits(kernels, rows, pairs, known, () => Promise.resolve());
}

describe('hits', () => {
  it('are the items among the ten best', async () => {
    const found = await hits(pairsOf([0, 29], [0, 20], [0, 19], [1, 0]), pairsOf());
    assert.deepEqual(found, { hits: 2, events: 4 });
  });

  it('leave out what the user has seen, and count an item one place up for each', async () => {
    const found = await hits(pairsOf([0, 19], [0, 18], [1, 19]), pairsOf([0, 29]));
    assert.deepEqual(found, { hits: 1, events: 3 });
  });

  it('pass over what was seen or stood in the list before', async () => {
    const found = await hits(pairsOf([0, 29], [0, 29], [0, 28], [0, 28]), pairsOf([0, 29]));
    assert.deepEqual(found, { hits: 1, events: 1 });
  });

  it('rank equal scores by row', async () => {
    const rows = { ...ROWS, bias: new Float32Array(ITEMS) };
    const found = await hits(pairsOf([0, 9], [0, 10]), pairsOf(), rows);
    assert.deepEqual(found, { hits: 1, events: 2 });
  });

  it('are none of none', async () => {
    assert.deepEqual(await hits(pairsOf(), pairsOf()), { hits: 0, events: 0 });
  });
});

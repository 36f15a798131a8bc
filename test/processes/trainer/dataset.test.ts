import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { standingPairs } from '../../../processes/trainer/dataset.ts';

function standing(rows: readonly (readonly [user: number, item: number, weight: number])[]) {
  const column = (at: 0 | 1) => Uint32Array.from(rows, (row) => row[at]);
  const weights = Float32Array.from(rows, ([, , weight]) => weight);
  const { users, items } = standingPairs({ users: column(0), items: column(1), weights }, 4);
  return Array.from(users, (user, at) => [user, items[at]]);
}

describe('the pairs that stand', () => {
  it('are each there once, however often an item was played', () => {
    const rows = [
      [2, 7, 1],
      [0, 3, 0.5],
      [2, 7, 1],
      [2, 1, 1],
    ] as const;
    assert.deepEqual(standing(rows), [
      [0, 3],
      [2, 7],
      [2, 1],
    ]);
  });

  it('are what a user said last of an item', () => {
    const rows = [
      [1, 5, 1],
      [1, 6, -1],
      [1, 5, -0.5],
      [1, 6, 1],
    ] as const;
    assert.deepEqual(standing(rows), [[1, 6]]);
  });

  it('are none where there is nothing', () => {
    assert.deepEqual(standing([]), []);
  });
});

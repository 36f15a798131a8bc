import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TENSOR } from '../../../actors/runtime/partition-checkpoint.ts';
import type { Checkpoint, Tensor } from '../../../model/checkpoint.ts';
import { packIds } from '../../../model/item-ids.ts';
import {
  joinPartitions,
  parentModel,
  rowsOfPart,
} from '../../../processes/trainer/joined-partitions.ts';
import type { PartitionParts } from '../../../processes/trainer/joined-partitions.ts';
import type { ParentState } from '../../../processes/trainer/parent-state.ts';
import { parentTables } from '../../../processes/trainer/parent-tables.ts';
import { UserItems } from '../../../processes/trainer/user-items.ts';

const WIDTH = 4;

/** A state that nobody ranks by. */
const NO_STATE: Omit<ParentState, 'rows'> = {
  tablesOf: (rows) => rows,
  countHits: () => Promise.reject(new Error('nothing is ranked here')),
};

/** A partition whose rows are all of one value, and what its users liked. */
function partition(
  number: number,
  value: number,
  items: readonly string[],
  liked: readonly (readonly [user: number, item: number])[],
): PartitionParts {
  const users = 2;
  const ids = packIds(items);
  const filled = (length: number): Tensor => ({
    shape: [length],
    data: new Float32Array(length).fill(value),
  });
  const parent: Checkpoint = {
    manifest: {
      ...{ version: 'v1', partition: number, sequence: 9, settings: {}, parent: null },
      ...{ createdMs: 0, extra: {} },
    },
    tensors: {
      [TENSOR.userVectors]: filled(users * WIDTH),
      [TENSOR.itemVectors]: filled(items.length * WIDTH),
      [TENSOR.itemBias]: filled(items.length),
      [TENSOR.output]: filled(WIDTH),
      [TENSOR.itemIds]: ids.bytes,
      [TENSOR.itemOffsets]: ids.offsets,
    },
  };
  const none = { users: new Uint32Array(0), items: new Uint32Array(0) };
  const rows = {
    users: Uint32Array.from(liked, ([user]) => user),
    items: Uint32Array.from(liked, ([, item]) => item),
    weights: new Float32Array(liked.length).fill(1),
  };
  const seen = new UserItems(rows.users, rows.items, users);
  const state = { ...NO_STATE, rows: parentTables(parent) };
  return {
    partition: number,
    parent,
    state,
    dataset: { rows, validation: none, holdout: none, seen },
  };
}

describe('partitions that are trained together', () => {
  const first = partition(0, 1, ['a', 'b'], [[0, 1]]);
  const second = partition(
    1,
    3,
    ['c', 'b', 'd'],
    [
      [1, 1],
      [0, 2],
    ],
  );
  const joined = joinPartitions([first, second], WIDTH);

  it('share their items by id, and keep their users apart', () => {
    const { users, items, userRows, itemRows } = joined.pairs;
    assert.deepEqual([users, items], [4, 4]);
    assert.deepEqual(
      joined.parts.map((part) => Array.from(part.itemRows)),
      [
        [0, 1],
        [2, 1, 3],
      ],
    );
    const pairs = Array.from(userRows, (user, at) => [user, itemRows[at]]);
    assert.deepEqual(pairs, [
      [0, 1],
      [2, 3],
      [3, 1],
    ]);
  });

  it('start from the means of the item rows that several have', () => {
    const model = parentModel(joined, WIDTH);
    assert.deepEqual(Array.from(model.itemBias), [1, 2, 3, 3]);
    assert.deepEqual(
      Array.from({ length: 4 }, (_, row) => model.itemVectors[row * WIDTH]),
      [1, 2, 3, 3],
    );
    assert.deepEqual(
      Array.from({ length: 4 }, (_, row) => model.userVectors[row * WIDTH]),
      [1, 1, 3, 3],
    );
    assert.deepEqual(Array.from(model.output), [2, 2, 2, 2]);
  });

  it('get their own rows back by their own numbers', () => {
    const model = parentModel(joined, WIDTH);
    const rows = rowsOfPart(model, joined.parts[1]!);
    assert.deepEqual(Array.from(rows.bias), [3, 2, 3]);
    assert.equal(rows.items[WIDTH], 2);
    assert.deepEqual(rows.users, new Float32Array(2 * WIDTH).fill(3));
  });
});

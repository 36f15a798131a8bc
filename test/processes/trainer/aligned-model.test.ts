import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BatchModel, TrainingPairs } from '../../../model/batch/batch-trainer.ts';
import { alignTo } from '../../../processes/trainer/aligned-model.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const [USERS, ITEMS, WIDTH] = [12, 20, 8];

function modelOf(seed: number): BatchModel {
  const random = new SeededRandom(seed);
  const floats = (length: number) =>
    Float32Array.from({ length }, () => (random.below(2_001) - 1_000) / 1_000);
  return {
    dimensions: WIDTH,
    userVectors: floats(USERS * WIDTH),
    userBias: new Float32Array(USERS),
    itemVectors: floats(ITEMS * WIDTH),
    itemBias: floats(ITEMS),
    output: new Float32Array(WIDTH).fill(1),
  };
}

/** Mirrors the first axis, swaps the next two, and makes users three times as long and items a third. */
function moved(model: BatchModel): BatchModel {
  const move = (rows: Float32Array, factor: number) =>
    rows.map((_, at) => {
      const column = at % WIDTH;
      const from = column === 1 ? at + 1 : column === 2 ? at - 1 : at;
      return (column === 0 ? -1 : 1) * factor * rows[from]!;
    });
  return {
    ...model,
    userVectors: move(model.userVectors, 3),
    itemVectors: move(model.itemVectors, 1 / 3),
  };
}

const EVERY_PAIR: TrainingPairs = {
  users: USERS,
  items: ITEMS,
  userRows: Uint32Array.from({ length: USERS * ITEMS }, (_, at) => Math.floor(at / ITEMS)),
  itemRows: Uint32Array.from({ length: USERS * ITEMS }, (_, at) => at % ITEMS),
};

function scores({ userVectors, itemVectors }: BatchModel): number[] {
  return Array.from({ length: USERS * ITEMS }, (_, at) => {
    const [user, item] = [Math.floor(at / ITEMS) * WIDTH, (at % ITEMS) * WIDTH];
    let sum = 0;
    for (let axis = 0; axis < WIDTH; axis += 1) {
      sum += userVectors[user + axis]! * itemVectors[item + axis]!;
    }
    return sum;
  });
}

function near(left: ArrayLike<number>, right: ArrayLike<number>, about: string): void {
  assert.equal(left.length, right.length);
  for (let at = 0; at < left.length; at += 1) {
    assert.ok(Math.abs(left[at]! - right[at]!) < 1e-4, `${about} ${String(at)}`);
  }
}

describe('a model that is aligned to another', () => {
  it('stands where the other does, where a turn and a stretch bring it there', () => {
    const model = modelOf(1);
    const found = alignTo(moved(model), model, EVERY_PAIR);
    near(found.userVectors, model.userVectors, 'users');
    near(found.itemVectors, model.itemVectors, 'items');
  });

  it('keeps its scores and biases, wherever the other stands', () => {
    const [model, other] = [modelOf(1), modelOf(2)];
    const found = alignTo(model, other, EVERY_PAIR);
    near(scores(found), scores(model), 'score');
    assert.equal(found.itemBias, model.itemBias);
    assert.notDeepEqual(found.itemVectors, model.itemVectors);
  });

  it('is left as it is beside one that knows nothing', () => {
    const model = modelOf(1);
    const none = { ...model, userVectors: new Float32Array(USERS * WIDTH) };
    const nothing = { ...none, itemVectors: new Float32Array(ITEMS * WIDTH) };
    const found = alignTo(model, nothing, EVERY_PAIR);
    near(found.userVectors, model.userVectors, 'users');
    near(found.itemVectors, model.itemVectors, 'items');
  });
});

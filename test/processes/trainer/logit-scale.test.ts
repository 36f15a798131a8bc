import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BatchModel, TrainingPairs } from '../../../model/batch/batch-trainer.ts';
import { scorerOf } from '../../../model/batch/model-score.ts';
import { Draws } from '../../../processes/trainer/draws.ts';
import { logitScale, scaleToLogits } from '../../../processes/trainer/logit-scale.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const DIMENSIONS = 4;
const USERS = 200;
const ITEMS = 300;

function drawModel(): BatchModel {
  const random = new SeededRandom(5);
  const draw = (length: number) => Float32Array.from({ length }, () => random.next());
  return {
    dimensions: DIMENSIONS,
    userVectors: draw(USERS * DIMENSIONS).map((value) => value / 4),
    userBias: new Float32Array(USERS),
    itemVectors: draw(ITEMS * DIMENSIONS),
    itemBias: new Float32Array(ITEMS),
    output: new Float32Array(DIMENSIONS).fill(1),
  };
}

/** Pairs that stand to drawn ones as a logit of this scale says. */
function drawPairs(model: BatchModel, factor: number, bias: number): TrainingPairs {
  const random = new SeededRandom(8);
  const score = scorerOf(model);
  const all = Uint32Array.from({ length: ITEMS }, (_, item) => item);
  const scores = new Float64Array(ITEMS);
  const chosen: [number, number][] = [];
  for (let user = 0; user < USERS; user += 1) {
    score(user, all, scores);
    for (const item of all) {
      const chance = Math.exp(factor * scores[item]! + bias);
      if (random.next() < chance) chosen.push([user, item]);
    }
  }
  return {
    ...{ users: USERS, items: ITEMS },
    userRows: Uint32Array.from(chosen, ([user]) => user),
    itemRows: Uint32Array.from(chosen, ([, item]) => item),
  };
}

describe('the scale of logits', () => {
  const model = drawModel();
  const sampleOf = (seed: number) => ({ negatives: 8, draws: new Draws(seed, 0, 1) });

  it('is found again where pairs were chosen by one', () => {
    // Users of one taste: what users choose in all is no part of a scale.
    const alike = { ...model, userVectors: new Float32Array(USERS * DIMENSIONS).fill(0.25) };
    const { factor } = logitScale(alike, drawPairs(alike, 6, -6), sampleOf(1));
    assert.ok(Math.abs(factor - 6) < 1, String(factor));
  });

  it('is bounded where chosen pairs stand apart from all others, and is a number always', () => {
    const apart = drawPairs(model, 2_000, -700);
    for (const pairs of [apart, { ...apart, items: 1, itemRows: apart.itemRows.map(() => 0) }]) {
      const { factor, bias } = logitScale(model, pairs, sampleOf(2));
      assert.ok(factor >= 1 && factor <= 64 && Number.isFinite(bias), `${factor} ${bias}`);
    }
  });

  it('leaves the order of items as it was, with users and items of one length', () => {
    const itemBias = new Float32Array(ITEMS).fill(-2);
    const scaled = scaleToLogits(model, { factor: 9, bias: -4 }, itemBias);
    const all = Uint32Array.from({ length: ITEMS }, (_, item) => item);
    const [before, after] = [new Float64Array(ITEMS), new Float64Array(ITEMS)];
    scorerOf(model)(3, all, before);
    scorerOf(scaled)(3, all, after);
    before.forEach((score, item) => assert.ok(Math.abs(9 * score - 2 - after[item]!) < 1e-4));
    const length = (values: Float32Array) =>
      Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    assert.ok(Math.abs(length(scaled.userVectors) - length(scaled.itemVectors)) < 1e-3);
  });
});

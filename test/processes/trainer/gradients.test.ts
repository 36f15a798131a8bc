import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNativeParts } from '../../../processes/core/native-parts.ts';
import type { Batch } from '../../../processes/trainer/batch.ts';
import { batchGradients } from '../../../processes/trainer/gradients.ts';
import type { GatheredRows, Link } from '../../../processes/trainer/gradients.ts';
import { loadTensorFlow } from '../../../processes/trainer/tensorflow.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

const { unavailable } = readNativeParts().tfjs;
const WIDTH = 4;

const BATCH: Batch = {
  size: 2,
  users: Int32Array.of(0, 1),
  items: Int32Array.of(0, 1, 2, 2, 0, 1),
  targets: Float32Array.of(1, 0, 0, 1, 0, 0),
  weights: Float32Array.of(1, 1, 1, 0.5, 0.5, 0.5),
};

function drawRows(): Record<keyof GatheredRows, Float32Array> {
  const random = new SeededRandom(3);
  const draw = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  return { users: draw(2 * WIDTH), items: draw(3 * WIDTH), bias: draw(3), output: draw(WIDTH) };
}

/** The loss by its definition, pair by pair. */
function lossOf(link: Link, rows: GatheredRows): number {
  let loss = 0;
  BATCH.items.forEach((item, pair) => {
    const user = BATCH.users[Math.floor(pair / 3)]!;
    let score = rows.bias[item]!;
    for (let at = 0; at < WIDTH; at += 1) {
      score += rows.output[at]! * rows.users[user * WIDTH + at]! * rows.items[item * WIDTH + at]!;
    }
    const target = BATCH.targets[pair]!;
    const one =
      link === 'isgd' ? (target - score) ** 2 / 2 : Math.log(1 + Math.exp(score)) - target * score;
    loss += BATCH.weights[pair]! * one;
  });
  return loss;
}

describe('the gradients of a batch', { skip: unavailable ?? false }, () => {
  for (const link of ['gmf', 'isgd'] as const) {
    it(`are the slopes of the loss: ${link}`, () => {
      const tf = loadTensorFlow();
      const rows = drawRows();
      const found = batchGradients(tf, link, BATCH, rows);
      assert.ok(Math.abs(found.loss - lossOf(link, rows)) < 1e-5);
      const step = 1e-2;
      for (const table of ['users', 'items', 'bias', 'output'] as const) {
        rows[table].forEach((value, at) => {
          const moved = (by: number) => {
            const values = rows[table].slice();
            values[at] = value + by;
            return lossOf(link, { ...rows, [table]: values });
          };
          const slope = (moved(step) - moved(-step)) / (2 * step);
          assert.ok(Math.abs(found[table][at]! - slope) < 1e-3, `${table}[${at}]`);
        });
      }
    });
  }

  it('leave no tensor behind', () => {
    const tf = loadTensorFlow();
    const before = tf.memory().numTensors;
    batchGradients(tf, 'gmf', BATCH, drawRows());
    assert.equal(tf.memory().numTensors, before);
  });
});

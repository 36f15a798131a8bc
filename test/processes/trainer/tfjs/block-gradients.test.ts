import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNativeParts } from '../../../../processes/core/native-parts.ts';
import { Draws } from '../../../../processes/trainer/draws.ts';
import { loadTensorFlow } from '../../../../processes/trainer/tensorflow.ts';
import { BlockMaker } from '../../../../processes/trainer/tfjs/block.ts';
import type { Block } from '../../../../processes/trainer/tfjs/block.ts';
import { blockGradients } from '../../../../processes/trainer/tfjs/block-gradients.ts';
import type {
  BlockGradients,
  BlockRows,
} from '../../../../processes/trainer/tfjs/block-gradients.ts';
import { SeededRandom } from '../../../doubles/seeded-random.ts';

const WIDTH = 8;
const USERS = 12;
const ITEMS = 30;

function drawBlock(seed: number): Block {
  const random = new SeededRandom(seed);
  const pairs = Array.from({ length: USERS * ITEMS }, (_, at) => at).filter(
    () => random.below(3) === 0,
  );
  const maker = new BlockMaker(
    {
      users: USERS,
      items: ITEMS,
      userRows: Uint32Array.from(pairs, (pair) => Math.floor(pair / ITEMS)),
      itemRows: Uint32Array.from(pairs, (pair) => pair % ITEMS),
    },
    8,
  );
  return maker.make(Uint32Array.of(3, 7, 1, 10), new Draws(seed, 1, 0));
}

function drawRows(block: Block, seed: number): BlockRows {
  const random = new SeededRandom(seed);
  const draw = (length: number) => Float32Array.from({ length }, () => random.next() - 0.5);
  return {
    users: draw(block.users.length * WIDTH),
    userBias: draw(block.users.length),
    items: draw(block.items.length * WIDTH),
    itemBias: draw(block.items.length),
    output: draw(WIDTH),
  };
}

/** The loss and its gradients pair by pair, by their formula. */
function plainGradients(block: Block, rows: BlockRows): BlockGradients {
  const gradients = {
    loss: 0,
    users: new Float32Array(rows.users.length),
    userBias: new Float32Array(rows.userBias.length),
    items: new Float32Array(rows.items.length),
    itemBias: new Float32Array(rows.itemBias.length),
    output: new Float32Array(rows.output.length),
  };
  const { users, items, output } = rows;
  for (let user = 0; user < block.users.length; user += 1) {
    for (let item = 0; item < block.items.length; item += 1) {
      const target = block.targets[user * block.items.length + item]!;
      const weight = target + block.negativeWeights[user]! * block.draws[item]!;
      let score = rows.userBias[user]! + rows.itemBias[item]!;
      for (let at = 0; at < WIDTH; at += 1) {
        score += output[at]! * users[user * WIDTH + at]! * items[item * WIDTH + at]!;
      }
      gradients.loss += weight * Math.log(1 + Math.exp(score)) - target * score;
      const slope = weight / (1 + Math.exp(-score)) - target;
      gradients.userBias[user]! += slope;
      gradients.itemBias[item]! += slope;
      for (let at = 0; at < WIDTH; at += 1) {
        const [p, q, h] = [users[user * WIDTH + at]!, items[item * WIDTH + at]!, output[at]!];
        gradients.users[user * WIDTH + at]! += slope * h * q;
        gradients.items[item * WIDTH + at]! += slope * h * p;
        gradients.output[at]! += slope * p * q;
      }
    }
  }
  return gradients;
}

describe('a block of users', () => {
  it('holds every chosen item once, and negatives that weigh eight a chosen item', () => {
    const block = drawBlock(3);
    assert.deepEqual(Array.from(block.users), [3, 7, 1, 10]);
    assert.equal(new Set(block.items).size, block.items.length);
    const ones = block.targets.reduce((sum, target) => sum + target, 0);
    assert.equal(ones, block.positives);
    const draws = block.draws.reduce((sum, count) => sum + count, 0);
    const weights = block.negativeWeights.reduce((sum, weight) => sum + weight * draws, 0);
    assert.ok(Math.abs(weights - 8 * block.positives) < 1e-2);
    const byUser = block.userPairs.reduce((sum, pairs) => sum + pairs, 0);
    const byItem = block.itemPairs.reduce((sum, pairs) => sum + pairs, 0);
    assert.ok(Math.abs(byUser - 9 * block.positives) < 1e-2);
    assert.ok(Math.abs(byItem - byUser) < 0.1);
  });
});

const { unavailable } = readNativeParts().tfjs;

describe('the gradients of a block', { skip: unavailable ?? false }, () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it(`are those of the plain formula: block ${seed}`, () => {
      const block = drawBlock(seed);
      const rows = drawRows(block, seed + 100);
      const found = blockGradients(loadTensorFlow(), block, rows);
      const plain = plainGradients(block, rows);
      assert.ok(Math.abs(found.loss / plain.loss - 1) < 1e-4, `${found.loss} ${plain.loss}`);
      for (const table of ['users', 'userBias', 'items', 'itemBias', 'output'] as const) {
        plain[table].forEach((value, at) => {
          const near = Math.abs(found[table][at]! - value) < 2e-3 * Math.max(1, Math.abs(value));
          assert.ok(near, `${table}[${at}] ${found[table][at]!} ${value}`);
        });
      }
    });
  }

  it('leave no tensor behind', () => {
    const tf = loadTensorFlow();
    const block = drawBlock(1);
    const before = tf.memory().numTensors;
    blockGradients(tf, block, drawRows(block, 9));
    assert.equal(tf.memory().numTensors, before);
  });
});

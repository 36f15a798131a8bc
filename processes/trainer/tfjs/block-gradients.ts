import type { Tensor } from '@tensorflow/tfjs-node';
import type { TensorFlow } from '../tensorflow.ts';
import type { Block } from './block.ts';

/** The gathered rows of a block, one a slot, and the output layer. */
export interface BlockRows {
  readonly users: Float32Array;
  readonly userBias: Float32Array;
  readonly items: Float32Array;
  readonly itemBias: Float32Array;
  readonly output: Float32Array;
}

/** The loss of a block, summed over its pairs, and its gradients on the gathered rows. */
export interface BlockGradients extends BlockRows {
  readonly loss: number;
}

/**
 * Computes a block's logistic loss and its gradients by automatic differentiation on the rows that it touches. A pair
 * weighs its target, plus its user's weight times its item's draws as a negative: w·log(1 + eˢ) − t·s.
 */
export function blockGradients(tf: TensorFlow, block: Block, rows: BlockRows): BlockGradients {
  const width = rows.output.length;
  const [users, items] = [block.users.length, block.items.length];
  const tensors = tf.tidy(() => {
    const targets = tf.tensor2d(block.targets, [users, items]);
    const negatives = tf
      .tensor2d(block.negativeWeights, [users, 1])
      .mul(tf.tensor2d(block.draws, [1, items]));
    const weights = targets.add(negatives);
    const lossOf = (p: Tensor, a: Tensor, q: Tensor, b: Tensor, h: Tensor) => {
      const scores = tf.matMul(p.mul(h), q, false, true).add(a).add(b);
      return tf.softplus(scores).mul(weights).sub(scores.mul(targets)).sum().asScalar();
    };
    const { value, grads } = tf.valueAndGrads(lossOf)([
      tf.tensor2d(rows.users, [users, width]),
      tf.tensor2d(rows.userBias, [users, 1]),
      tf.tensor2d(rows.items, [items, width]),
      tf.tensor2d(rows.itemBias, [1, items]),
      tf.tensor2d(rows.output, [1, width]),
    ]);
    return [value, ...grads];
  });
  // Read outside: on its way out `tidy` walks through whatever it is given, numbers one by one.
  const [loss, ...tables] = tensors.map((tensor) => {
    const values = tensor.dataSync<'float32'>();
    tensor.dispose();
    return values;
  }) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
  return {
    loss: loss[0] as number,
    users: tables[0],
    userBias: tables[1],
    items: tables[2],
    itemBias: tables[3],
    output: tables[4],
  };
}

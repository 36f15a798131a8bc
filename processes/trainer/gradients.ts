import type { Tensor } from '@tensorflow/tfjs-node';
import type { Batch } from './batch.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The gathered rows of a batch, one a slot. */
export interface GatheredRows {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly bias: Float32Array;
  readonly output: Float32Array;
}

/** The loss of a batch, summed over its pairs, and its gradients on the gathered rows. */
export interface BatchGradients extends GatheredRows {
  readonly loss: number;
}

/** Which loss is taken: `gmf` is logistic, `isgd` squared error. */
export type Link = 'gmf' | 'isgd';

/** Computes a batch's loss and its gradients by automatic differentiation on the rows that the batch touches. */
export function batchGradients(
  tf: TensorFlow,
  link: Link,
  batch: Batch,
  rows: GatheredRows,
): BatchGradients {
  const width = rows.output.length;
  const pairs = batch.items.length / batch.size;
  const tensors = tf.tidy(() => {
    const users = tf.tensor2d(rows.users, [rows.users.length / width, width]);
    const items = tf.tensor2d(rows.items, [rows.items.length / width, width]);
    const bias = tf.tensor1d(rows.bias);
    const output = tf.tensor1d(rows.output);
    const userSlots = tf.tensor1d(batch.users, 'int32');
    const itemSlots = tf.tensor1d(batch.items, 'int32');
    const targets = tf.tensor2d(batch.targets, [batch.size, pairs]);
    const weights = tf.tensor2d(batch.weights, [batch.size, pairs]);
    const lossOf = (p: Tensor, q: Tensor, b: Tensor, h: Tensor) => {
      const queries = tf.gather(p, userSlots).mul(h).reshape([batch.size, width, 1]);
      const candidates = tf.gather(q, itemSlots).reshape([batch.size, pairs, width]);
      const products = tf.matMul(candidates, queries).reshape([batch.size, pairs]);
      const scores = products.add(tf.gather(b, itemSlots).reshape([batch.size, pairs]));
      return lossesOf(tf, link, scores, targets).mul(weights).sum().asScalar();
    };
    const { value, grads } = tf.valueAndGrads(lossOf)([users, items, bias, output]);
    return [value, ...grads];
  });
  // Read outside: on its way out `tidy` walks through whatever it is given, numbers one by one.
  const [loss, onUsers, onItems, onBias, onOutput] = tensors.map(take) as FiveColumns;
  return {
    loss: loss[0] as number,
    users: onUsers,
    items: onItems,
    bias: onBias,
    output: onOutput,
  };
}

type FiveColumns = [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];

function lossesOf(tf: TensorFlow, link: Link, scores: Tensor, targets: Tensor): Tensor {
  if (link === 'isgd') return tf.squaredDifference(targets, scores).mul(0.5);
  // log(1 + e^s) − t·s, in the form that cannot overflow.
  return tf
    .relu(scores)
    .sub(scores.mul(targets))
    .add(tf.log1p(tf.exp(tf.neg(tf.abs(scores)))));
}

/** Copies a tensor's numbers out and lets it go. */
function take(tensor: Tensor): Float32Array {
  const values = tensor.dataSync<'float32'>();
  tensor.dispose();
  return values;
}

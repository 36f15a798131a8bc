import { createRequire } from 'node:module';
import type * as TensorFlowNode from '@tensorflow/tfjs-node';

/** The module of tfjs-node, which only the trainer's process loads. */
export type TensorFlow = typeof TensorFlowNode;

/**
 * Loads tfjs-node. It is no longer released, and calls two functions of `util` that Node 23 took away; they are put
 * back before it is loaded.
 */
export function loadTensorFlow(): TensorFlow {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const require = createRequire(import.meta.url);
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] ??= Array.isArray;
  const tf = require('@tensorflow/tfjs-node') as TensorFlow;
  tf.enableProdMode();
  return tf;
}

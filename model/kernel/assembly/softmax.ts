// The step of a softmax over an item and sampled others, with a user's vector that takes in its latest items.

import {
  SOFTMAX_BIAS_RATE,
  SOFTMAX_CONTEXTS,
  SOFTMAX_CONTEXT_COUNT,
  SOFTMAX_CONTEXT_ROWS,
  SOFTMAX_CONTEXT_WEIGHTS,
  SOFTMAX_DECAY,
  SOFTMAX_DIMENSIONS,
  SOFTMAX_GAINS,
  SOFTMAX_GRADIENT,
  SOFTMAX_ITEMS,
  SOFTMAX_NEGATIVES,
  SOFTMAX_QUERY,
  SOFTMAX_RATE,
  SOFTMAX_TOUCHED,
  SOFTMAX_USERS,
  SOFTMAX_VECTORS,
  TABLE_BIAS,
  blockOf,
  touch,
  vectorOf,
} from './layout';
import { drawRows } from './drawn-rows';
import { dot } from './product';
import { exp, sigmoid } from './scalar';

/** Where the bias of a row stands. */
function biasAt(items: usize, row: u32): usize {
  return blockOf(items, row) + <usize>load<u32>(items, TABLE_BIAS) + ((<usize>(row & 255)) << 2);
}

export function softmaxQuery(learner: usize, user: u32): void {
  const users = <usize>load<u32>(learner, SOFTMAX_USERS);
  const contexts = <usize>load<u32>(learner, SOFTMAX_CONTEXTS);
  const query = <usize>load<u32>(learner, SOFTMAX_QUERY);
  const rows = <usize>load<u32>(learner, SOFTMAX_CONTEXT_ROWS);
  const weights = <usize>load<u32>(learner, SOFTMAX_CONTEXT_WEIGHTS);
  const count = (<usize>load<u32>(learner, SOFTMAX_CONTEXT_COUNT)) << 2;
  const bytes = (<usize>load<u32>(learner, SOFTMAX_DIMENSIONS)) << 2;
  memory.copy(query, vectorOf(users, blockOf(users, user), user), bytes);
  for (let at: usize = 0; at < count; at += 4) {
    const row = load<u32>(rows + at);
    const vector = vectorOf(contexts, blockOf(contexts, row), row);
    const weight = v128.load32_splat(weights + at);
    for (let offset: usize = 0; offset < bytes; offset += 16) {
      const term = f32x4.mul(weight, v128.load(vector + offset));
      v128.store(query + offset, f32x4.add(v128.load(query + offset), term));
    }
  }
}

/** Writes the scores to `gains`; returns the best. */
function placeScores(learner: usize, words: usize): f32 {
  const items = <usize>load<u32>(learner, SOFTMAX_ITEMS);
  const touched = <usize>load<u32>(learner, SOFTMAX_TOUCHED);
  const vectors = <usize>load<u32>(learner, SOFTMAX_VECTORS);
  const gains = <usize>load<u32>(learner, SOFTMAX_GAINS);
  const query = <usize>load<u32>(learner, SOFTMAX_QUERY);
  const dimensions = load<u32>(learner, SOFTMAX_DIMENSIONS);
  let best: f32 = -f32.MAX_VALUE;
  for (let at: usize = 0; at < words; at += 4) {
    const product = dot(query, <usize>load<u32>(vectors + at), dimensions);
    const score: f32 = product + load<f32>(biasAt(items, load<u32>(touched + at)));
    store<f32>(gains + at, score);
    best = score > best ? score : best;
  }
  return best;
}

/** Turns the scores into errors: target − share. */
function placeErrors(learner: usize, words: usize, best: f32, target: f32): void {
  const gains = <usize>load<u32>(learner, SOFTMAX_GAINS);
  if (target <= 0) {
    store<f32>(gains, -sigmoid(load<f32>(gains)));
    return;
  }
  let sum: f32 = 0;
  for (let at: usize = 0; at < words; at += 4) {
    const share = exp(load<f32>(gains + at) - best);
    store<f32>(gains + at, share);
    sum += share;
  }
  for (let at: usize = 0; at < words; at += 4) {
    const wanted: f32 = at == 0 ? 1 : 0;
    store<f32>(gains + at, wanted - load<f32>(gains + at) / sum);
  }
}

/** Moves the biases by their errors, and turns those into what the vectors move by. */
function moveBiases(learner: usize, words: usize): void {
  const items = <usize>load<u32>(learner, SOFTMAX_ITEMS);
  const touched = <usize>load<u32>(learner, SOFTMAX_TOUCHED);
  const gains = <usize>load<u32>(learner, SOFTMAX_GAINS);
  const rate = load<f32>(learner, SOFTMAX_RATE);
  const biasRate = load<f32>(learner, SOFTMAX_BIAS_RATE);
  for (let at: usize = 0; at < words; at += 4) {
    const error = load<f32>(gains + at);
    const bias = biasAt(items, load<u32>(touched + at));
    store<f32>(bias, load<f32>(bias) + biasRate * error);
    store<f32>(gains + at, rate * error);
  }
}

/** keep · left + gain · right. */
function moved(keep: v128, left: v128, gain: v128, right: v128): v128 {
  return f32x4.add(f32x4.mul(keep, left), f32x4.mul(gain, right));
}

/** Moves eight dimensions of all the step's rows, and notes in `gradient` the sum of what they were, times their gains. */
function moveEight(learner: usize, words: usize, offset: usize): void {
  const vectors = <usize>load<u32>(learner, SOFTMAX_VECTORS);
  const gains = <usize>load<u32>(learner, SOFTMAX_GAINS);
  const query = <usize>load<u32>(learner, SOFTMAX_QUERY) + offset;
  const gradient = <usize>load<u32>(learner, SOFTMAX_GRADIENT) + offset;
  const keep = v128.load32_splat(learner, SOFTMAX_DECAY);
  const query0 = v128.load(query);
  const query1 = v128.load(query, 16);
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  for (let at: usize = 0; at < words; at += 4) {
    const q = <usize>load<u32>(vectors + at) + offset;
    const gain = v128.load32_splat(gains + at);
    const before0 = v128.load(q);
    sum0 = f32x4.add(sum0, f32x4.mul(gain, before0));
    v128.store(q, moved(keep, before0, gain, query0));
    const before1 = v128.load(q, 16);
    sum1 = f32x4.add(sum1, f32x4.mul(gain, before1));
    v128.store(q, moved(keep, before1, gain, query1), 16);
  }
  v128.store(gradient, sum0);
  v128.store(gradient, sum1, 16);
}

/** The same for four dimensions. */
function moveFour(learner: usize, words: usize, offset: usize): void {
  const vectors = <usize>load<u32>(learner, SOFTMAX_VECTORS);
  const gains = <usize>load<u32>(learner, SOFTMAX_GAINS);
  const query = v128.load(<usize>load<u32>(learner, SOFTMAX_QUERY) + offset);
  const keep = v128.load32_splat(learner, SOFTMAX_DECAY);
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < words; at += 4) {
    const q = <usize>load<u32>(vectors + at) + offset;
    const gain = v128.load32_splat(gains + at);
    const before = v128.load(q);
    sum = f32x4.add(sum, f32x4.mul(gain, before));
    v128.store(q, moved(keep, before, gain, query));
  }
  v128.store(<usize>load<u32>(learner, SOFTMAX_GRADIENT) + offset, sum);
}

/** Moves a vector by weight · gradient, which holds the rate already. */
function follow(learner: usize, vector: usize, weight: f32): void {
  const gradient = <usize>load<u32>(learner, SOFTMAX_GRADIENT);
  const bytes = (<usize>load<u32>(learner, SOFTMAX_DIMENSIONS)) << 2;
  const keep = v128.load32_splat(learner, SOFTMAX_DECAY);
  const weights = f32x4.splat(weight);
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    const at = vector + offset;
    v128.store(at, moved(keep, v128.load(at), weights, v128.load(gradient + offset)));
  }
}

/** Moves the user's row and those of its context. */
function moveUser(learner: usize, user: u32): void {
  const users = <usize>load<u32>(learner, SOFTMAX_USERS);
  const contexts = <usize>load<u32>(learner, SOFTMAX_CONTEXTS);
  const rows = <usize>load<u32>(learner, SOFTMAX_CONTEXT_ROWS);
  const weights = <usize>load<u32>(learner, SOFTMAX_CONTEXT_WEIGHTS);
  const count = (<usize>load<u32>(learner, SOFTMAX_CONTEXT_COUNT)) << 2;
  follow(learner, vectorOf(users, blockOf(users, user), user), 1);
  touch(users, user);
  for (let at: usize = 0; at < count; at += 4) {
    const row = load<u32>(rows + at);
    follow(learner, vectorOf(contexts, blockOf(contexts, row), row), load<f32>(weights + at));
    touch(contexts, row);
  }
}

export function softmaxEvent(
  learner: usize,
  user: u32,
  item: u32,
  target: f32,
  key0: u32,
  key1: u32,
): u32 {
  const negatives: u32 = target > 0 ? load<u32>(learner, SOFTMAX_NEGATIVES) : 0;
  const items = <usize>load<u32>(learner, SOFTMAX_ITEMS);
  const touched = <usize>load<u32>(learner, SOFTMAX_TOUCHED);
  const vectors = <usize>load<u32>(learner, SOFTMAX_VECTORS);
  const count = drawRows(items, touched, vectors, item, negatives, key0, key1);
  const words = (<usize>count) << 2;
  softmaxQuery(learner, user);
  placeErrors(learner, words, placeScores(learner, words), target);
  moveBiases(learner, words);
  const bytes = (<usize>load<u32>(learner, SOFTMAX_DIMENSIONS)) << 2;
  let offset: usize = 0;
  for (; offset + 32 <= bytes; offset += 32) moveEight(learner, words, offset);
  for (; offset < bytes; offset += 16) moveFour(learner, words, offset);
  moveUser(learner, user);
  return count;
}

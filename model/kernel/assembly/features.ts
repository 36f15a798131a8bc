// Rows of features: their scores by one row of weights, and the step of a softmax over them.

import { TABLE_BIAS, TABLE_DIMENSIONS, blockOf, vectorOf } from './layout';
import { dot } from './product';
import { exp } from './scalar';

export function scoreFeatures(
  features: usize,
  count: u32,
  width: u32,
  weights: usize,
  out: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let number: u32 = 0; number < count; number++) {
    store<f32>(out, dot(features, weights, width));
    features += bytes;
    out += 4;
  }
}

/** Turns scores into e to the score less the best one; returns their sum. */
function placeShares(scores: usize, words: usize): f32 {
  let best: f32 = -f32.MAX_VALUE;
  for (let at: usize = 0; at < words; at += 4) {
    const score = load<f32>(scores + at);
    best = score > best ? score : best;
  }
  let sum: f32 = 0;
  for (let at: usize = 0; at < words; at += 4) {
    const share = exp(load<f32>(scores + at) - best);
    store<f32>(scores + at, share);
    sum += share;
  }
  return sum;
}

/** Writes the own row less the mean of all by their shares, for rows of sixteen floats, in one pass; each lane sums as in a pass of its own. */
function gradientOfSixteen(
  features: usize,
  words: usize,
  scores: usize,
  own: usize,
  total: v128,
  out: usize,
): void {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  for (let at: usize = 0; at < words; at += 4) {
    const share = v128.load32_splat(scores + at);
    sum0 = f32x4.add(sum0, f32x4.mul(share, v128.load(features)));
    sum1 = f32x4.add(sum1, f32x4.mul(share, v128.load(features, 16)));
    sum2 = f32x4.add(sum2, f32x4.mul(share, v128.load(features, 32)));
    sum3 = f32x4.add(sum3, f32x4.mul(share, v128.load(features, 48)));
    features += 64;
  }
  v128.store(out, f32x4.sub(v128.load(own), f32x4.div(sum0, total)));
  v128.store(out, f32x4.sub(v128.load(own, 16), f32x4.div(sum1, total)), 16);
  v128.store(out, f32x4.sub(v128.load(own, 32), f32x4.div(sum2, total)), 32);
  v128.store(out, f32x4.sub(v128.load(own, 48), f32x4.div(sum3, total)), 48);
}

export function softmaxGradient(
  features: usize,
  count: u32,
  width: u32,
  scores: usize,
  wanted: u32,
  out: usize,
): void {
  const words = (<usize>count) << 2;
  const bytes = (<usize>width) << 2;
  const total = f32x4.splat(placeShares(scores, words));
  const own = features + <usize>wanted * bytes;
  if (width == 16) {
    gradientOfSixteen(features, words, scores, own, total, out);
    return;
  }
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    let sum = f32x4.splat(0);
    let row = features + offset;
    for (let at: usize = 0; at < words; at += 4) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(scores + at), v128.load(row)));
      row += bytes;
    }
    const expected = f32x4.div(sum, total);
    v128.store(out + offset, f32x4.sub(v128.load(own + offset), expected));
  }
}

export function scoreRows(table: usize, query: usize, rows: usize, count: u32, out: usize): void {
  const dimensions = load<u32>(table, TABLE_DIMENSIONS);
  const biases = <usize>load<u32>(table, TABLE_BIAS);
  for (let number: u32 = 0; number < count; number++) {
    const row = load<u32>(rows);
    const block = blockOf(table, row);
    const bias = load<f32>(block + biases + ((<usize>(row & 255)) << 2));
    store<f32>(out, dot(query, vectorOf(table, block, row), dimensions) + bias);
    rows += 4;
    out += 4;
  }
}

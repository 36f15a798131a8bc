// The learners' steps, and the events made of them.

import {
  LEARNER_ITEMS,
  LEARNER_NEGATIVES,
  LEARNER_OUTPUT,
  LEARNER_TOUCHED,
  LEARNER_USERS,
  TABLE_BIAS,
  TABLE_DIMENSIONS,
  TABLE_ROWS,
  blockOf,
  touch,
  vectorOf,
} from './layout';
import { dot, dotWeighed } from './product';
import { draw, sigmoid } from './scalar';

/** p and q each move by `rate` · error · the other, after shrinking by `decay`. */
export function isgdStep(p: usize, q: usize, dimensions: u32, rate: f32, decay: f32): void {
  const error: f32 = 1.0 - dot(p, q, dimensions);
  const gain = f32x4.splat(rate * error);
  const keep = f32x4.splat(decay);
  const end = p + ((<usize>dimensions) << 2);
  for (; p < end; p += 16, q += 16) {
    const left = v128.load(p);
    const right = v128.load(q);
    v128.store(p, f32x4.add(f32x4.mul(keep, left), f32x4.mul(gain, right)));
    v128.store(q, f32x4.add(f32x4.mul(keep, right), f32x4.mul(gain, left)));
  }
}

export function isgdEvent(learner: usize, user: u32, item: u32, rate: f32, decay: f32): void {
  const users = <usize>load<u32>(learner, LEARNER_USERS);
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const p = vectorOf(users, blockOf(users, user), user);
  const q = vectorOf(items, blockOf(items, item), item);
  isgdStep(p, q, load<u32>(users, TABLE_DIMENSIONS), rate, decay);
  touch(users, user);
  touch(items, item);
}

/** Where the bias of a row stands. */
function biasOf(table: usize, block: usize, row: u32): usize {
  return block + <usize>load<u32>(table, TABLE_BIAS) + ((<usize>(row & 255)) << 2);
}

/** One logistic step of p, q and the bias towards the target; the output layer h stays. */
function gmfStep(
  p: usize,
  q: usize,
  h: usize,
  bias: usize,
  dimensions: u32,
  target: f32,
  rate: f32,
  decay: f32,
): void {
  const before = load<f32>(bias);
  const score: f32 = dotWeighed(h, p, q, dimensions) + before;
  const gain: f32 = rate * (target - sigmoid(score));
  const gains = f32x4.splat(gain);
  const keep = f32x4.splat(decay);
  const end = p + ((<usize>dimensions) << 2);
  for (; p < end; p += 16, q += 16, h += 16) {
    const left = v128.load(p);
    const right = v128.load(q);
    const output = v128.load(h);
    v128.store(p, f32x4.add(f32x4.mul(keep, left), f32x4.mul(gains, f32x4.mul(output, right))));
    v128.store(q, f32x4.add(f32x4.mul(keep, right), f32x4.mul(gains, f32x4.mul(output, left))));
  }
  store<f32>(bias, decay * before + gain);
}

export function gmfEvent(
  learner: usize,
  user: u32,
  item: u32,
  target: f32,
  rate: f32,
  decay: f32,
  key0: u32,
  key1: u32,
): u32 {
  const users = <usize>load<u32>(learner, LEARNER_USERS);
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const h = <usize>load<u32>(learner, LEARNER_OUTPUT);
  const touched = <usize>load<u32>(learner, LEARNER_TOUCHED);
  const dimensions = load<u32>(users, TABLE_DIMENSIONS);
  const p = vectorOf(users, blockOf(users, user), user);
  const rows = <u64>load<u32>(items, TABLE_ROWS);
  const negatives: u32 = target > 0 ? load<u32>(learner, LEARNER_NEGATIVES) : 0;
  const block = blockOf(items, item);
  gmfStep(
    p,
    vectorOf(items, block, item),
    h,
    biasOf(items, block, item),
    dimensions,
    target,
    rate,
    decay,
  );
  touch(users, user);
  touch(items, item);
  store<u32>(touched, item);
  let count: u32 = 1;
  for (let number: u32 = 0; number < negatives; number++) {
    const row = <u32>((<u64>draw(key0, key1, number) * rows) >> 32);
    if (row == item) continue;
    const at = blockOf(items, row);
    gmfStep(p, vectorOf(items, at, row), h, biasOf(items, at, row), dimensions, 0, rate, decay);
    touch(items, row);
    store<u32>(touched + ((<usize>count) << 2), row);
    count++;
  }
  return count;
}

export function gmfScore(learner: usize, user: u32, item: u32): f32 {
  const users = <usize>load<u32>(learner, LEARNER_USERS);
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const h = <usize>load<u32>(learner, LEARNER_OUTPUT);
  const block = blockOf(items, item);
  const p = vectorOf(users, blockOf(users, user), user);
  const q = vectorOf(items, block, item);
  return (
    dotWeighed(h, p, q, load<u32>(users, TABLE_DIMENSIONS)) + load<f32>(biasOf(items, block, item))
  );
}

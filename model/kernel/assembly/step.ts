// The learners' steps, and the events made of them.

import {
  LEARNER_GAINS,
  LEARNER_ITEMS,
  LEARNER_NEGATIVES,
  LEARNER_OUTPUT,
  LEARNER_TOUCHED,
  LEARNER_USERS,
  LEARNER_VECTORS,
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
  // Four vectors of four a turn: their loads, products and stores overlap.
  for (; p + 64 <= end; p += 64, q += 64) {
    const left0 = v128.load(p);
    const right0 = v128.load(q);
    const left1 = v128.load(p, 16);
    const right1 = v128.load(q, 16);
    v128.store(p, f32x4.add(f32x4.mul(keep, left0), f32x4.mul(gain, right0)));
    v128.store(q, f32x4.add(f32x4.mul(keep, right0), f32x4.mul(gain, left0)));
    v128.store(p, f32x4.add(f32x4.mul(keep, left1), f32x4.mul(gain, right1)), 16);
    v128.store(q, f32x4.add(f32x4.mul(keep, right1), f32x4.mul(gain, left1)), 16);
    const left2 = v128.load(p, 32);
    const right2 = v128.load(q, 32);
    const left3 = v128.load(p, 48);
    const right3 = v128.load(q, 48);
    v128.store(p, f32x4.add(f32x4.mul(keep, left2), f32x4.mul(gain, right2)), 32);
    v128.store(q, f32x4.add(f32x4.mul(keep, right2), f32x4.mul(gain, left2)), 32);
    v128.store(p, f32x4.add(f32x4.mul(keep, left3), f32x4.mul(gain, right3)), 48);
    v128.store(q, f32x4.add(f32x4.mul(keep, right3), f32x4.mul(gain, left3)), 48);
  }
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

/** Draws the event's item rows, the positive first, and notes where their vectors stand; returns how many. */
function drawRows(learner: usize, item: u32, negatives: u32, key0: u32, key1: u32): u32 {
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const touched = <usize>load<u32>(learner, LEARNER_TOUCHED);
  const vectors = <usize>load<u32>(learner, LEARNER_VECTORS);
  const rows = <u64>load<u32>(items, TABLE_ROWS);
  store<u32>(touched, item);
  store<u32>(vectors, <u32>vectorOf(items, blockOf(items, item), item));
  touch(items, item);
  let count: u32 = 1;
  for (let number: u32 = 0; number < negatives; number++) {
    const row = <u32>((<u64>draw(key0, key1, number) * rows) >> 32);
    if (row == item) continue;
    const at = (<usize>count) << 2;
    store<u32>(touched + at, row);
    store<u32>(vectors + at, <u32>vectorOf(items, blockOf(items, row), row));
    touch(items, row);
    count++;
  }
  return count;
}

/** Sets the gain of each row from its score before the event, and moves its bias. */
function setGains(learner: usize, p: usize, count: u32, target: f32, rate: f32, decay: f32): void {
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const h = <usize>load<u32>(learner, LEARNER_OUTPUT);
  const touched = <usize>load<u32>(learner, LEARNER_TOUCHED);
  const vectors = <usize>load<u32>(learner, LEARNER_VECTORS);
  const gains = <usize>load<u32>(learner, LEARNER_GAINS);
  const dimensions = load<u32>(items, TABLE_DIMENSIONS);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 4) {
    const row = load<u32>(touched + at);
    const bias = biasOf(items, blockOf(items, row), row);
    const before = load<f32>(bias);
    const score: f32 = dotWeighed(h, p, <usize>load<u32>(vectors + at), dimensions) + before;
    const wanted: f32 = at == 0 ? target : 0;
    const gain: f32 = rate * (wanted - sigmoid(score));
    store<f32>(gains + at, gain);
    store<f32>(bias, decay * before + gain);
  }
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
  const vectors = <usize>load<u32>(learner, LEARNER_VECTORS);
  const gains = <usize>load<u32>(learner, LEARNER_GAINS);
  const negatives: u32 = target > 0 ? load<u32>(learner, LEARNER_NEGATIVES) : 0;
  const count = drawRows(learner, item, negatives, key0, key1);
  let p = vectorOf(users, blockOf(users, user), user);
  setGains(learner, p, count, target, rate, decay);
  touch(users, user);
  let h = <usize>load<u32>(learner, LEARNER_OUTPUT);
  const keep = f32x4.splat(decay);
  const bytes = (<usize>load<u32>(users, TABLE_DIMENSIONS)) << 2;
  const words = (<usize>count) << 2;
  // Four dimensions at a time over all of the event's rows, so that the user's moves stay in a register.
  for (let offset: usize = 0; offset < bytes; offset += 16, p += 16, h += 16) {
    const output = v128.load(h);
    const left = v128.load(p);
    const weighed = f32x4.mul(output, left);
    let moved = f32x4.mul(keep, left);
    for (let at: usize = 0; at < words; at += 4) {
      const q = <usize>load<u32>(vectors + at) + offset;
      const gain = v128.load32_splat(gains + at);
      const before = v128.load(q);
      moved = f32x4.add(moved, f32x4.mul(gain, f32x4.mul(output, before)));
      v128.store(q, f32x4.add(f32x4.mul(keep, before), f32x4.mul(gain, weighed)));
    }
    v128.store(p, moved);
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

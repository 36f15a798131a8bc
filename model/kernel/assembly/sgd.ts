// Stochastic gradient descent over one block: the events of some users on some items, which no other thread touches.

import {
  BLOCK_COUNT,
  BLOCK_EVENTS,
  BLOCK_FIRST_ITEM,
  BLOCK_ITEMS,
  BLOCK_LOSS,
  BLOCK_SAMPLES,
  EVENT_BYTES,
  EVENT_ITEM,
  EVENT_ITEMS_MAX,
  EVENT_SHARE,
  EVENT_USER,
  NO_ITEM,
  SCRATCH_ORDER,
  SGD_DECAY,
  SGD_DIMENSIONS,
  SGD_ITEMS,
  SGD_ITEM_BIAS,
  SGD_RATE,
  SGD_USERS,
  SGD_USER_BIAS,
} from './training-layout';
import { sigmoidLanes, sumFour, sumOne } from './lanes';
import { draw, sigmoid } from './scalar';

/** Where a thread's scratch holds an event's columns: rows, where their vectors stand, scores and then gains. */
const SCRATCH_VECTORS: usize = EVENT_ITEMS_MAX * 4;
const SCRATCH_GAINS: usize = EVENT_ITEMS_MAX * 8;
/** Words of the stream that an event may draw. */
const EVENT_DRAWS: u32 = 64;
/** No likelihood counts as less, so that a logarithm stays finite. */
const LIKELIHOOD_MIN: f32 = 5.9604645e-8;

/** Sets an order of `count` numbers, drawn from the stream of two words. */
function shuffle(order: usize, count: u32, key0: u32, key1: u32): void {
  for (let at: u32 = 0; at < count; at++) store<u32>(order + ((<usize>at) << 2), at);
  for (let left = count; left > 1; left--) {
    const other = <u32>((<u64>draw(key0, key1, left) * <u64>left) >> 32);
    const last = order + ((<usize>(left - 1)) << 2);
    const kept = load<u32>(last);
    store<u32>(last, load<u32>(order + ((<usize>other) << 2)));
    store<u32>(order + ((<usize>other) << 2), kept);
  }
}

/** Notes an item of the event. */
function place(header: usize, scratch: usize, count: u32, row: u32): void {
  const at = scratch + ((<usize>count) << 2);
  const bytes = (<usize>load<u32>(header, SGD_DIMENSIONS)) << 2;
  store<u32>(at, row);
  store<u32>(at + SCRATCH_VECTORS, <u32>(<usize>load<u32>(header, SGD_ITEMS) + <usize>row * bytes));
}

/** Draws the event's items, a positive first, and returns how many; `share` negatives on average, of the block's own. */
function placeItems(
  header: usize,
  entry: usize,
  event: usize,
  scratch: usize,
  key0: u32,
  key1: u32,
  number: u32,
): u32 {
  const positive = load<u32>(event, EVENT_ITEM);
  const firstItem = load<u32>(entry, BLOCK_FIRST_ITEM);
  const items = <u64>load<u32>(entry, BLOCK_ITEMS);
  let count: u32 = 0;
  if (positive != NO_ITEM) {
    place(header, scratch, 0, positive);
    count = 1;
  }
  const first = number * EVENT_DRAWS;
  const chance = <f32>(draw(key0, key1, first) >>> 8) * 5.9604645e-8;
  const negatives = <u32>(load<f32>(event, EVENT_SHARE) + chance);
  for (let negative: u32 = 1; negative <= negatives; negative++) {
    const row = firstItem + <u32>((<u64>draw(key0, key1, first + negative) * items) >> 32);
    if (row == positive) continue;
    place(header, scratch, count, row);
    count++;
  }
  return count;
}

/** Writes p·q of each item to the scratch: four items at a time, then the rest one by one, in one lane order. */
function placeProducts(scratch: usize, p: usize, count: u32, bytes: usize): void {
  const end = (<usize>count) << 2;
  const vectors = scratch + SCRATCH_VECTORS;
  const whole = bytes & ~31;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) {
    const q0 = <usize>load<u32>(vectors + at);
    const q1 = <usize>load<u32>(vectors + at, 4);
    const q2 = <usize>load<u32>(vectors + at, 8);
    const q3 = <usize>load<u32>(vectors + at, 12);
    let even0 = f32x4.splat(0);
    let even1 = f32x4.splat(0);
    let even2 = f32x4.splat(0);
    let even3 = f32x4.splat(0);
    let odd0 = f32x4.splat(0);
    let odd1 = f32x4.splat(0);
    let odd2 = f32x4.splat(0);
    let odd3 = f32x4.splat(0);
    let offset: usize = 0;
    for (; offset < whole; offset += 32) {
      const left = v128.load(p + offset);
      even0 = f32x4.add(even0, f32x4.mul(left, v128.load(q0 + offset)));
      even1 = f32x4.add(even1, f32x4.mul(left, v128.load(q1 + offset)));
      even2 = f32x4.add(even2, f32x4.mul(left, v128.load(q2 + offset)));
      even3 = f32x4.add(even3, f32x4.mul(left, v128.load(q3 + offset)));
      const right = v128.load(p + offset, 16);
      odd0 = f32x4.add(odd0, f32x4.mul(right, v128.load(q0 + offset, 16)));
      odd1 = f32x4.add(odd1, f32x4.mul(right, v128.load(q1 + offset, 16)));
      odd2 = f32x4.add(odd2, f32x4.mul(right, v128.load(q2 + offset, 16)));
      odd3 = f32x4.add(odd3, f32x4.mul(right, v128.load(q3 + offset, 16)));
    }
    if (offset < bytes) {
      const left = v128.load(p + offset);
      even0 = f32x4.add(even0, f32x4.mul(left, v128.load(q0 + offset)));
      even1 = f32x4.add(even1, f32x4.mul(left, v128.load(q1 + offset)));
      even2 = f32x4.add(even2, f32x4.mul(left, v128.load(q2 + offset)));
      even3 = f32x4.add(even3, f32x4.mul(left, v128.load(q3 + offset)));
    }
    const sum0 = f32x4.add(even0, odd0);
    const sum1 = f32x4.add(even1, odd1);
    const sum2 = f32x4.add(even2, odd2);
    const sum3 = f32x4.add(even3, odd3);
    v128.store(scratch + SCRATCH_GAINS + at, sumFour(sum0, sum1, sum2, sum3));
  }
  for (; at < end; at += 4) {
    const q = <usize>load<u32>(vectors + at);
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let offset: usize = 0;
    for (; offset < whole; offset += 32) {
      even = f32x4.add(even, f32x4.mul(v128.load(p + offset), v128.load(q + offset)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(p + offset, 16), v128.load(q + offset, 16)));
    }
    if (offset < bytes) {
      even = f32x4.add(even, f32x4.mul(v128.load(p + offset), v128.load(q + offset)));
    }
    store<f32>(scratch + SCRATCH_GAINS + at, sumOne(f32x4.add(even, odd)));
  }
}

/** Turns scores into what each item moves by, moves the biases, and returns the likelihood of what was seen. */
function placeGains(header: usize, scratch: usize, user: u32, count: u32, positive: bool): f64 {
  const gains = scratch + SCRATCH_GAINS;
  const itemBias = <usize>load<u32>(header, SGD_ITEM_BIAS);
  const userBias = <usize>load<u32>(header, SGD_USER_BIAS) + ((<usize>user) << 2);
  const rate = load<f32>(header, SGD_RATE);
  const decay = load<f32>(header, SGD_DECAY);
  const keep: f32 = 1 - decay;
  const own = load<f32>(userBias);
  const end = (<usize>count) << 2;
  for (let at: usize = 0; at < end; at += 4) {
    const bias = load<f32>(itemBias + ((<usize>load<u32>(scratch + at)) << 2));
    store<f32>(gains + at, load<f32>(gains + at) + bias + own);
  }
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) v128.store(gains + at, sigmoidLanes(v128.load(gains + at)));
  for (; at < end; at += 4) store<f32>(gains + at, sigmoid(load<f32>(gains + at)));
  let likelihood: f64 = 1;
  let sum: f32 = 0;
  for (at = 0; at < end; at += 4) {
    const chance = load<f32>(gains + at);
    const wanted = at == 0 && positive;
    const right: f32 = wanted ? chance : 1 - chance;
    likelihood *= <f64>(right > LIKELIHOOD_MIN ? right : LIKELIHOOD_MIN);
    const gain: f32 = rate * (wanted ? 1 - chance : -chance);
    store<f32>(gains + at, gain);
    sum += gain;
    const bias = itemBias + ((<usize>load<u32>(scratch + at)) << 2);
    store<f32>(bias, keep * load<f32>(bias) + gain);
  }
  store<f32>(userBias, (1 - decay * <f32>count) * own + sum);
  return likelihood;
}

/** Moves four dimensions of the event's items, then the user's by the sum of what they were, times their gains. */
function moveFour(
  scratch: usize,
  p: usize,
  end: usize,
  offset: usize,
  keep: v128,
  userKeep: v128,
): void {
  const before = v128.load(p + offset);
  let sum = f32x4.mul(userKeep, before);
  for (let at = scratch; at < end; at += 4) {
    const q = <usize>load<u32>(at, SCRATCH_VECTORS) + offset;
    const gain = v128.load32_splat(at, SCRATCH_GAINS);
    const was = v128.load(q);
    sum = f32x4.add(sum, f32x4.mul(gain, was));
    v128.store(q, f32x4.add(f32x4.mul(keep, was), f32x4.mul(gain, before)));
  }
  v128.store(p + offset, sum);
}

/** The same for sixteen dimensions. */
function moveSixteen(
  scratch: usize,
  p: usize,
  end: usize,
  offset: usize,
  keep: v128,
  userKeep: v128,
): void {
  const own = p + offset;
  const before0 = v128.load(own);
  const before1 = v128.load(own, 16);
  const before2 = v128.load(own, 32);
  const before3 = v128.load(own, 48);
  let sum0 = f32x4.mul(userKeep, before0);
  let sum1 = f32x4.mul(userKeep, before1);
  let sum2 = f32x4.mul(userKeep, before2);
  let sum3 = f32x4.mul(userKeep, before3);
  for (let at = scratch; at < end; at += 4) {
    const q = <usize>load<u32>(at, SCRATCH_VECTORS) + offset;
    const gain = v128.load32_splat(at, SCRATCH_GAINS);
    const was0 = v128.load(q);
    sum0 = f32x4.add(sum0, f32x4.mul(gain, was0));
    v128.store(q, f32x4.add(f32x4.mul(keep, was0), f32x4.mul(gain, before0)));
    const was1 = v128.load(q, 16);
    sum1 = f32x4.add(sum1, f32x4.mul(gain, was1));
    v128.store(q, f32x4.add(f32x4.mul(keep, was1), f32x4.mul(gain, before1)), 16);
    const was2 = v128.load(q, 32);
    sum2 = f32x4.add(sum2, f32x4.mul(gain, was2));
    v128.store(q, f32x4.add(f32x4.mul(keep, was2), f32x4.mul(gain, before2)), 32);
    const was3 = v128.load(q, 48);
    sum3 = f32x4.add(sum3, f32x4.mul(gain, was3));
    v128.store(q, f32x4.add(f32x4.mul(keep, was3), f32x4.mul(gain, before3)), 48);
  }
  v128.store(own, sum0);
  v128.store(own, sum1, 16);
  v128.store(own, sum2, 32);
  v128.store(own, sum3, 48);
}

/** One event on items that are placed already; returns the likelihood of what was seen. */
function step(header: usize, scratch: usize, user: u32, count: u32, positive: bool): f64 {
  const bytes = (<usize>load<u32>(header, SGD_DIMENSIONS)) << 2;
  const p = <usize>load<u32>(header, SGD_USERS) + <usize>user * bytes;
  placeProducts(scratch, p, count, bytes);
  const likelihood = placeGains(header, scratch, user, count, positive);
  const decay = load<f32>(header, SGD_DECAY);
  const keep = f32x4.splat(1 - decay);
  const userKeep = f32x4.splat(1 - decay * <f32>count);
  const end = scratch + ((<usize>count) << 2);
  let offset: usize = 0;
  for (; offset + 64 <= bytes; offset += 64) moveSixteen(scratch, p, end, offset, keep, userKeep);
  for (; offset < bytes; offset += 16) moveFour(scratch, p, end, offset, keep, userKeep);
  return likelihood;
}

export function sgdBlock(header: usize, entry: usize, key0: u32, key1: u32, scratch: usize): void {
  const count = load<u32>(entry, BLOCK_COUNT);
  const events = <usize>load<u32>(entry, BLOCK_EVENTS);
  const order = scratch + SCRATCH_ORDER;
  shuffle(order, count, key0, key1);
  const eventKey = key0 ^ 0x5bd1e995;
  let samples: u32 = 0;
  // The logarithm of a product of likelihoods, in halves: a mantissa and a sum of exponents.
  let mantissa: f64 = 1;
  let exponents: i64 = 0;
  for (let at: u32 = 0; at < count; at++) {
    const number = load<u32>(order + ((<usize>at) << 2));
    const event = events + <usize>number * EVENT_BYTES;
    const items = placeItems(header, entry, event, scratch, eventKey, key1, number);
    const user = load<u32>(event, EVENT_USER);
    const positive = load<u32>(event, EVENT_ITEM) != NO_ITEM;
    mantissa *= step(header, scratch, user, items, positive);
    const bits = reinterpret<i64>(mantissa);
    exponents += (bits >> 52) - 1023;
    mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
    samples += items;
  }
  store<u32>(entry, samples, BLOCK_SAMPLES);
  store<f64>(entry, mantissa, BLOCK_LOSS);
  store<f64>(entry, <f64>exponents, BLOCK_LOSS + 8);
}

// The learners' steps, and the events made of them.

import {
  LEARNER_DECAY,
  LEARNER_DIMENSIONS,
  LEARNER_GAINS,
  LEARNER_ITEMS,
  LEARNER_NEGATIVES,
  LEARNER_OUTPUT,
  LEARNER_QUERY,
  LEARNER_RATE,
  LEARNER_TOUCHED,
  LEARNER_USERS,
  LEARNER_VECTORS,
  TABLE_BIAS,
  blockOf,
  touch,
  vectorOf,
} from './layout';
import { drawRows } from './drawn-rows';
import { dot, dotLanes, sumLanesInAll } from './product';
import { sigmoid } from './scalar';

/** What a step on vectors of any length moves by, rate · (1 − p·q), in all lanes. */
function isgdGain(learner: usize, products: v128): v128 {
  return f32x4.mul(
    v128.load32_splat(learner, LEARNER_RATE),
    f32x4.sub(f32x4.splat(1), sumLanesInAll(products)),
  );
}

/** keep · left + gain · right. */
function moved(keep: v128, left: v128, gain: v128, right: v128): v128 {
  return f32x4.add(f32x4.mul(keep, left), f32x4.mul(gain, right));
}

/** A step of 32 dimensions, the usual case: p stays in registers from the product to the update. */
function isgdStep32(learner: usize, p: usize, q: usize): void {
  const left0 = v128.load(p);
  const left1 = v128.load(p, 16);
  const left2 = v128.load(p, 32);
  const left3 = v128.load(p, 48);
  const left4 = v128.load(p, 64);
  const left5 = v128.load(p, 80);
  const left6 = v128.load(p, 96);
  const left7 = v128.load(p, 112);
  const high0 = f32x4.mul(left4, v128.load(q, 64));
  const high1 = f32x4.mul(left5, v128.load(q, 80));
  const high2 = f32x4.mul(left6, v128.load(q, 96));
  const high3 = f32x4.mul(left7, v128.load(q, 112));
  const sum0 = f32x4.add(f32x4.mul(left0, v128.load(q)), high0);
  const sum1 = f32x4.add(f32x4.mul(left1, v128.load(q, 16)), high1);
  const sum2 = f32x4.add(f32x4.mul(left2, v128.load(q, 32)), high2);
  const sum3 = f32x4.add(f32x4.mul(left3, v128.load(q, 48)), high3);
  const gain = isgdGain(learner, f32x4.add(f32x4.add(sum0, sum1), f32x4.add(sum2, sum3)));
  const keep = v128.load32_splat(learner, LEARNER_DECAY);
  // Offsets are constants here, not sums: a sum may wrap around, so that it would cost an instruction each.
  const right0 = v128.load(q);
  v128.store(p, moved(keep, left0, gain, right0));
  v128.store(q, moved(keep, right0, gain, left0));
  const right1 = v128.load(q, 16);
  v128.store(p, moved(keep, left1, gain, right1), 16);
  v128.store(q, moved(keep, right1, gain, left1), 16);
  const right2 = v128.load(q, 32);
  v128.store(p, moved(keep, left2, gain, right2), 32);
  v128.store(q, moved(keep, right2, gain, left2), 32);
  const right3 = v128.load(q, 48);
  v128.store(p, moved(keep, left3, gain, right3), 48);
  v128.store(q, moved(keep, right3, gain, left3), 48);
  const right4 = v128.load(q, 64);
  v128.store(p, moved(keep, left4, gain, right4), 64);
  v128.store(q, moved(keep, right4, gain, left4), 64);
  const right5 = v128.load(q, 80);
  v128.store(p, moved(keep, left5, gain, right5), 80);
  v128.store(q, moved(keep, right5, gain, left5), 80);
  const right6 = v128.load(q, 96);
  v128.store(p, moved(keep, left6, gain, right6), 96);
  v128.store(q, moved(keep, right6, gain, left6), 96);
  const right7 = v128.load(q, 112);
  v128.store(p, moved(keep, left7, gain, right7), 112);
  v128.store(q, moved(keep, right7, gain, left7), 112);
}

/** p and q each move by rate · error · the other, after shrinking by `decay`. */
export function isgdStep(learner: usize, p: usize, q: usize): void {
  const dimensions = load<u32>(learner, LEARNER_DIMENSIONS);
  if (dimensions == 32) {
    isgdStep32(learner, p, q);
    return;
  }
  const gain = isgdGain(learner, dotLanes(p, q, dimensions));
  const keep = v128.load32_splat(learner, LEARNER_DECAY);
  const end = p + ((<usize>dimensions) << 2);
  for (; p < end; p += 16, q += 16) {
    const left = v128.load(p);
    const right = v128.load(q);
    v128.store(p, moved(keep, left, gain, right));
    v128.store(q, moved(keep, right, gain, left));
  }
}

/**
 * Puts the two halves of a product of 32 dimensions, lanes apart, where the next step of a run reads them. The engine
 * puts arithmetic off until its result is used, but never past a store: so this is done before the rows of the step
 * before move, and its wait is filled with their moving.
 */
function placeProducts32(products: usize, p: usize, q: usize): void {
  const sum0 = f32x4.add(
    f32x4.mul(v128.load(p), v128.load(q)),
    f32x4.mul(v128.load(p, 64), v128.load(q, 64)),
  );
  const sum1 = f32x4.add(
    f32x4.mul(v128.load(p, 16), v128.load(q, 16)),
    f32x4.mul(v128.load(p, 80), v128.load(q, 80)),
  );
  v128.store(products, f32x4.add(sum0, sum1));
  const sum2 = f32x4.add(
    f32x4.mul(v128.load(p, 32), v128.load(q, 32)),
    f32x4.mul(v128.load(p, 96), v128.load(q, 96)),
  );
  const sum3 = f32x4.add(
    f32x4.mul(v128.load(p, 48), v128.load(q, 48)),
    f32x4.mul(v128.load(p, 112), v128.load(q, 112)),
  );
  v128.store(products, f32x4.add(sum2, sum3), 16);
}

/** Moves two rows of 32 dimensions. */
function move32(keep: v128, gain: v128, p: usize, q: usize): void {
  const left0 = v128.load(p);
  const right0 = v128.load(q);
  v128.store(p, moved(keep, left0, gain, right0));
  v128.store(q, moved(keep, right0, gain, left0));
  const left1 = v128.load(p, 16);
  const right1 = v128.load(q, 16);
  v128.store(p, moved(keep, left1, gain, right1), 16);
  v128.store(q, moved(keep, right1, gain, left1), 16);
  const left2 = v128.load(p, 32);
  const right2 = v128.load(q, 32);
  v128.store(p, moved(keep, left2, gain, right2), 32);
  v128.store(q, moved(keep, right2, gain, left2), 32);
  const left3 = v128.load(p, 48);
  const right3 = v128.load(q, 48);
  v128.store(p, moved(keep, left3, gain, right3), 48);
  v128.store(q, moved(keep, right3, gain, left3), 48);
  const left4 = v128.load(p, 64);
  const right4 = v128.load(q, 64);
  v128.store(p, moved(keep, left4, gain, right4), 64);
  v128.store(q, moved(keep, right4, gain, left4), 64);
  const left5 = v128.load(p, 80);
  const right5 = v128.load(q, 80);
  v128.store(p, moved(keep, left5, gain, right5), 80);
  v128.store(q, moved(keep, right5, gain, left5), 80);
  const left6 = v128.load(p, 96);
  const right6 = v128.load(q, 96);
  v128.store(p, moved(keep, left6, gain, right6), 96);
  v128.store(q, moved(keep, right6, gain, left6), 96);
  const left7 = v128.load(p, 112);
  const right7 = v128.load(q, 112);
  v128.store(p, moved(keep, left7, gain, right7), 112);
  v128.store(q, moved(keep, right7, gain, left7), 112);
}

/** A run of steps of 32 dimensions: the products of one are begun before the rows of the one before move, where it has others. */
function isgdSteps32(learner: usize, pairs: usize, last: usize): void {
  const products = <usize>load<u32>(learner, LEARNER_QUERY);
  const keep = v128.load32_splat(learner, LEARNER_DECAY);
  let p = <usize>load<u32>(pairs);
  let q = <usize>load<u32>(pairs, 4);
  placeProducts32(products, p, q);
  while (true) {
    const gain = isgdGain(learner, f32x4.add(v128.load(products), v128.load(products, 16)));
    // After the last step its own rows come next: what is begun then is used by none.
    const next = min(pairs + 8, last);
    const nextP = <usize>load<u32>(next);
    const nextQ = <usize>load<u32>(next, 4);
    placeProducts32(products, nextP, nextQ);
    move32(keep, gain, p, q);
    if (pairs == last) return;
    if (nextP == p || nextQ == q) placeProducts32(products, nextP, nextQ);
    pairs = next;
    p = nextP;
    q = nextQ;
  }
}

export function isgdSteps(learner: usize, pairs: usize, count: u32): void {
  const end = pairs + ((<usize>count) << 3);
  if (pairs == end) return;
  if (load<u32>(learner, LEARNER_DIMENSIONS) == 32) {
    isgdSteps32(learner, pairs, end - 8);
    return;
  }
  for (; pairs < end; pairs += 8)
    isgdStep(learner, <usize>load<u32>(pairs), <usize>load<u32>(pairs, 4));
}

export function isgdEvents(learner: usize, pairs: usize, count: u32): void {
  const users = <usize>load<u32>(learner, LEARNER_USERS);
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const end = pairs + ((<usize>count) << 3);
  for (let at = pairs; at < end; at += 8) {
    const user = load<u32>(at);
    const item = load<u32>(at, 4);
    store<u32>(at, <u32>vectorOf(users, blockOf(users, user), user));
    store<u32>(at, <u32>vectorOf(items, blockOf(items, item), item), 4);
    touch(users, user);
    touch(items, item);
  }
  isgdSteps(learner, pairs, count);
}

/** Where the bias of a row stands. */
function biasOf(table: usize, block: usize, row: u32): usize {
  return block + <usize>load<u32>(table, TABLE_BIAS) + ((<usize>(row & 255)) << 2);
}

/** Writes the user's query h∘p to the learner's scratch, and returns where that is. */
function placeQuery(learner: usize, p: usize): usize {
  const query = <usize>load<u32>(learner, LEARNER_QUERY);
  const h = <usize>load<u32>(learner, LEARNER_OUTPUT);
  const bytes = (<usize>load<u32>(learner, LEARNER_DIMENSIONS)) << 2;
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    v128.store(query + offset, f32x4.mul(v128.load(h + offset), v128.load(p + offset)));
  }
  return query;
}

/** Sets the gain of each row from its score before the event, and moves its bias. */
function setGains(learner: usize, query: usize, count: u32, target: f32): void {
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const touched = <usize>load<u32>(learner, LEARNER_TOUCHED);
  const vectors = <usize>load<u32>(learner, LEARNER_VECTORS);
  const gains = <usize>load<u32>(learner, LEARNER_GAINS);
  const dimensions = load<u32>(learner, LEARNER_DIMENSIONS);
  const rate = load<f32>(learner, LEARNER_RATE);
  const decay = load<f32>(learner, LEARNER_DECAY);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 4) {
    const row = load<u32>(touched + at);
    const bias = biasOf(items, blockOf(items, row), row);
    const before = load<f32>(bias);
    const score: f32 = dot(query, <usize>load<u32>(vectors + at), dimensions) + before;
    const wanted: f32 = at == 0 ? target : 0;
    const gain: f32 = rate * (wanted - sigmoid(score));
    store<f32>(gains + at, gain);
    store<f32>(bias, decay * before + gain);
  }
}

/** Moves four dimensions of all the event's rows, then the user's by the sum of what the rows were, times their gains. */
function moveFour(learner: usize, p: usize, words: usize, offset: usize): void {
  const vectors = <usize>load<u32>(learner, LEARNER_VECTORS);
  const gains = <usize>load<u32>(learner, LEARNER_GAINS);
  const query = v128.load(<usize>load<u32>(learner, LEARNER_QUERY) + offset);
  const keep = v128.load32_splat(learner, LEARNER_DECAY);
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < words; at += 4) {
    const q = <usize>load<u32>(vectors + at) + offset;
    const gain = v128.load32_splat(gains + at);
    const before = v128.load(q);
    sum = f32x4.add(sum, f32x4.mul(gain, before));
    v128.store(q, moved(keep, before, gain, query));
  }
  const h = v128.load(<usize>load<u32>(learner, LEARNER_OUTPUT) + offset);
  v128.store(p + offset, moved(keep, v128.load(p + offset), h, sum));
}

/** The same for sixteen dimensions. */
function moveSixteen(learner: usize, p: usize, words: usize, offset: usize): void {
  const vectors = <usize>load<u32>(learner, LEARNER_VECTORS);
  const gains = <usize>load<u32>(learner, LEARNER_GAINS);
  const query = <usize>load<u32>(learner, LEARNER_QUERY) + offset;
  const keep = v128.load32_splat(learner, LEARNER_DECAY);
  const query0 = v128.load(query);
  const query1 = v128.load(query, 16);
  const query2 = v128.load(query, 32);
  const query3 = v128.load(query, 48);
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  let sum2 = f32x4.splat(0);
  let sum3 = f32x4.splat(0);
  for (let at: usize = 0; at < words; at += 4) {
    const q = <usize>load<u32>(vectors + at) + offset;
    const gain = v128.load32_splat(gains + at);
    const before0 = v128.load(q);
    sum0 = f32x4.add(sum0, f32x4.mul(gain, before0));
    v128.store(q, moved(keep, before0, gain, query0));
    const before1 = v128.load(q, 16);
    sum1 = f32x4.add(sum1, f32x4.mul(gain, before1));
    v128.store(q, moved(keep, before1, gain, query1), 16);
    const before2 = v128.load(q, 32);
    sum2 = f32x4.add(sum2, f32x4.mul(gain, before2));
    v128.store(q, moved(keep, before2, gain, query2), 32);
    const before3 = v128.load(q, 48);
    sum3 = f32x4.add(sum3, f32x4.mul(gain, before3));
    v128.store(q, moved(keep, before3, gain, query3), 48);
  }
  const h = <usize>load<u32>(learner, LEARNER_OUTPUT) + offset;
  const at = p + offset;
  v128.store(at, moved(keep, v128.load(at), v128.load(h), sum0));
  v128.store(at, moved(keep, v128.load(at, 16), v128.load(h, 16), sum1), 16);
  v128.store(at, moved(keep, v128.load(at, 32), v128.load(h, 32), sum2), 32);
  v128.store(at, moved(keep, v128.load(at, 48), v128.load(h, 48), sum3), 48);
}

export function gmfEvent(
  learner: usize,
  user: u32,
  item: u32,
  target: f32,
  key0: u32,
  key1: u32,
): u32 {
  const users = <usize>load<u32>(learner, LEARNER_USERS);
  const negatives: u32 = target > 0 ? load<u32>(learner, LEARNER_NEGATIVES) : 0;
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const touched = <usize>load<u32>(learner, LEARNER_TOUCHED);
  const vectors = <usize>load<u32>(learner, LEARNER_VECTORS);
  const count = drawRows(items, touched, vectors, item, negatives, key0, key1);
  const p = vectorOf(users, blockOf(users, user), user);
  setGains(learner, placeQuery(learner, p), count, target);
  touch(users, user);
  const bytes = (<usize>load<u32>(learner, LEARNER_DIMENSIONS)) << 2;
  const words = (<usize>count) << 2;
  let offset: usize = 0;
  for (; offset + 64 <= bytes; offset += 64) moveSixteen(learner, p, words, offset);
  for (; offset < bytes; offset += 16) moveFour(learner, p, words, offset);
  return count;
}

export function gmfScore(learner: usize, user: u32, item: u32): f32 {
  const users = <usize>load<u32>(learner, LEARNER_USERS);
  const items = <usize>load<u32>(learner, LEARNER_ITEMS);
  const block = blockOf(items, item);
  const query = placeQuery(learner, vectorOf(users, blockOf(users, user), user));
  const q = vectorOf(items, block, item);
  const product = dot(query, q, load<u32>(learner, LEARNER_DIMENSIONS));
  return product + load<f32>(biasOf(items, block, item));
}

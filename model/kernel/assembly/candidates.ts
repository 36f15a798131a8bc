// The items that a question chooses from: they join once each, and are told what sources know of them.

import {
  CANDIDATES_FEATURES,
  CANDIDATES_FIRST,
  CANDIDATES_MARKS,
  CANDIDATES_ROWS,
  CANDIDATES_SIZE,
  CANDIDATES_SIZE_LIMIT,
  CANDIDATES_SUMS,
  CANDIDATES_WIDTH,
} from './layout';

/** As in ../plain-candidates.ts, which says what they are; a test holds both equal. */
const COSINE_SCALE: f64 = 50;
const LOG_SCALE: f64 = 0.35;
const LINEAR_SCALE: f64 = 2;
const LINEAR_MAX: f64 = 3;
const FLOOR_LOG: f64 = 3.5;
const AGE_HALF_EVENTS: f64 = 1000;
const IDLE_HALF_HOURS: f64 = 24;
const MS_PER_HOUR: f64 = 3600000;

export function findWord(words: usize, count: u32, word: u32): u32 {
  const wanted = i32x4.splat(word);
  // Past the last word there are others of the memory, which are found and passed over.
  for (let at: u32 = 0; at < count; at += 8) {
    const low = i32x4.eq(v128.load(words), wanted);
    const high = i32x4.eq(v128.load(words, 16), wanted);
    if (v128.any_true(v128.or(low, high))) {
      const found = at + <u32>ctz(i32x4.bitmask(low) | (i32x4.bitmask(high) << 4));
      return found < count ? found : count;
    }
    words += 32;
  }
  return count;
}

export function proposeRows(candidates: usize, proposed: usize, count: u32): void {
  const marks = <usize>load<u32>(candidates, CANDIDATES_MARKS);
  const rows = <usize>load<u32>(candidates, CANDIDATES_ROWS);
  const first = load<u32>(candidates, CANDIDATES_FIRST);
  const sizeLimit = load<u32>(candidates, CANDIDATES_SIZE_LIMIT);
  let size = load<u32>(candidates, CANDIDATES_SIZE);
  for (let at: u32 = 0; at < count && size < sizeLimit; at++) {
    const row = load<u32>(proposed + ((<usize>at) << 2));
    const mark = marks + ((<usize>row) << 2);
    if (load<u32>(mark) >= first) continue;
    store<u32>(mark, first + size);
    store<u32>(rows + ((<usize>size) << 2), row);
    size++;
  }
  store<u32>(candidates, size, CANDIDATES_SIZE);
}

export function proposeNear(
  candidates: usize,
  partners: usize,
  counts: usize,
  count: u32,
  norm: f64,
  share: f64,
): void {
  const marks = <usize>load<u32>(candidates, CANDIDATES_MARKS);
  const rows = <usize>load<u32>(candidates, CANDIDATES_ROWS);
  const sums = <usize>load<u32>(candidates, CANDIDATES_SUMS);
  const first = load<u32>(candidates, CANDIDATES_FIRST);
  const sizeLimit = load<u32>(candidates, CANDIDATES_SIZE_LIMIT);
  let size = load<u32>(candidates, CANDIDATES_SIZE);
  const shares = f64x2.replace_lane(f64x2.splat(1), 0, share);
  const bytes = (<usize>count) << 2;
  for (let at: usize = 0; at < bytes; at += 4) {
    const row = load<u32>(partners + at);
    const mark = marks + ((<usize>row) << 2);
    const known = load<u32>(mark);
    let slot = known - first;
    if (known < first) {
      if (size == sizeLimit) continue;
      slot = size++;
      store<u32>(mark, first + slot);
      store<u32>(rows + ((<usize>slot) << 2), row);
    } else if (slot == sizeLimit) continue;
    const near = f64x2.splat(<f64>load<f32>(counts + at) * norm);
    const sum = sums + ((<usize>slot) << 3);
    const before = f64x2.promote_low_f32x4(v128.load64_zero(sum));
    const after = f32x4.demote_f64x2_zero(f64x2.add(before, f64x2.mul(near, shares)));
    v128.store64_lane(sum, after, 0);
  }
  store<u32>(candidates, size, CANDIDATES_SIZE);
}

/** The logarithms of ../plain-candidates.ts of two numbers at a time. */
function nearLog2(x: v128): v128 {
  const words = f32x4.demote_f64x2_zero(x);
  const exponents = i32x4.sub(i32x4.shr_u(words, 23), i32x4.splat(127));
  const fractions = v128.or(v128.and(words, i32x4.splat(0x7fffff)), i32x4.splat(0x3f800000));
  const rest = f64x2.promote_low_f32x4(fractions);
  const slope = f64x2.sub(f64x2.splat(2), f64x2.div(rest, f64x2.splat(3)));
  const raised = f64x2.add(f64x2.convert_low_i32x4_s(exponents), f64x2.mul(slope, rest));
  return f64x2.sub(raised, f64x2.splat(5.0 / 3.0));
}

export function describeNear(candidates: usize, norms: usize, to: u32): void {
  const rows = <usize>load<u32>(candidates, CANDIDATES_ROWS);
  const sums = <usize>load<u32>(candidates, CANDIDATES_SUMS);
  const bytes = (<usize>load<u32>(candidates, CANDIDATES_WIDTH)) << 2;
  const size = <usize>load<u32>(candidates, CANDIDATES_SIZE);
  let out = <usize>load<u32>(candidates, CANDIDATES_FEATURES) + ((<usize>to) << 2);
  for (let slot: usize = 0; slot < size; slot++) {
    const sum = sums + (slot << 3);
    if (load<f32>(sum, 4) != 0) {
      const row = <usize>load<u32>(rows + (slot << 2));
      const norm = f64x2.splat(load<f64>(norms + (row << 3)));
      const near = f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(sum)), norm);
      const raised = f64x2.add(f64x2.splat(1), f64x2.mul(near, f64x2.splat(COSINE_SCALE)));
      const logs = f64x2.mul(nearLog2(raised), f64x2.splat(LOG_SCALE));
      v128.store64_lane(out, f32x4.demote_f64x2_zero(logs), 0);
      store<f32>(out, <f32>min(f64x2.extract_lane(near, 0) * LINEAR_SCALE, LINEAR_MAX), 8);
    }
    out += bytes;
  }
}

/** What two speeds say of an item: how far its logarithms stand above now, less the floor. */
function aboveFloor(known: v128, now: v128): v128 {
  const above = f64x2.add(f64x2.sub(known, now), f64x2.splat(FLOOR_LOG));
  const is = f64x2.gt(above, f64x2.splat(0));
  return f32x4.demote_f64x2_zero(v128.and(is, f64x2.mul(above, f64x2.splat(LOG_SCALE))));
}

export function describePopular(
  candidates: usize,
  known: usize,
  nows: usize,
  to: u32,
  ageTo: u32,
): void {
  const rows = <usize>load<u32>(candidates, CANDIDATES_ROWS);
  const bytes = (<usize>load<u32>(candidates, CANDIDATES_WIDTH)) << 2;
  const size = <usize>load<u32>(candidates, CANDIDATES_SIZE);
  const now0 = v128.load(nows);
  const now1 = v128.load(nows, 16);
  const now2 = v128.load(nows, 32);
  const ends = v128.load(nows, 48);
  const units = f64x2.replace_lane(f64x2.splat(1), 1, MS_PER_HOUR);
  const halves = f64x2.replace_lane(f64x2.splat(AGE_HALF_EVENTS), 1, IDLE_HALF_HOURS);
  const least = f64x2.replace_lane(f64x2.splat(-Infinity), 1, 0);
  let features = <usize>load<u32>(candidates, CANDIDATES_FEATURES);
  for (let slot: usize = 0; slot < size; slot++) {
    const at = known + ((<usize>load<u32>(rows + (slot << 2))) << 6);
    const out = features + ((<usize>to) << 2);
    v128.store64_lane(out, aboveFloor(v128.load(at), now0), 0);
    v128.store64_lane(out, aboveFloor(v128.load(at, 16), now1), 0, 8);
    v128.store64_lane(out, aboveFloor(v128.load(at, 32), now2), 0, 16);
    const ages = f64x2.div(f64x2.max(f64x2.sub(ends, v128.load(at, 48)), least), units);
    const said = f64x2.div(ages, f64x2.add(ages, halves));
    v128.store64_lane(features + ((<usize>ageTo) << 2), f32x4.demote_f64x2_zero(said), 0);
    features += bytes;
  }
}

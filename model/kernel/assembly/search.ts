// Exact search: all rows, or the rows that their codes cannot rule out.

import {
  BLOCK_ROWS,
  GROUP_ROWS,
  TABLE_BIAS,
  TABLE_CODES,
  TABLE_DIMENSIONS,
  TABLE_ROWS,
  blockOf,
  vectorOf,
} from './layout';
import { offer, sortHeld } from './heap';
import { dot, dotLanes } from './product';

/** The scores of four rows that stand one after another, without their biases. */
function scoreFour(vector: usize, query: usize, dimensions: u32): v128 {
  const bytes = (<usize>dimensions) << 2;
  const a = dotLanes(query, vector, dimensions);
  const b = dotLanes(query, vector + bytes, dimensions);
  const c = dotLanes(query, vector + bytes * 2, dimensions);
  const d = dotLanes(query, vector + bytes * 3, dimensions);
  // Lanes 0 and 1, then 2 and 3, of all four rows: the same additions as sumLanes makes, four at once.
  const ab01 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd01 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const ab23 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd23 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const left = f32x4.add(
    v128.shuffle<i32>(ab01, cd01, 0, 1, 4, 5),
    v128.shuffle<i32>(ab01, cd01, 2, 3, 6, 7),
  );
  const right = f32x4.add(
    v128.shuffle<i32>(ab23, cd23, 0, 1, 4, 5),
    v128.shuffle<i32>(ab23, cd23, 2, 3, 6, 7),
  );
  return f32x4.add(left, right);
}

/** The biases of four rows from this slot of a block on; zeros where the table has none. */
function biasFour(block: usize, bias: usize, slot: u32): v128 {
  if (bias == 0) return f32x4.splat(0);
  return v128.load(block + bias + ((<usize>slot) << 2));
}

export function scoreAll(table: usize, query: usize, out: usize): void {
  const rows = load<u32>(table, TABLE_ROWS);
  const dimensions = load<u32>(table, TABLE_DIMENSIONS);
  const bias = <usize>load<u32>(table, TABLE_BIAS);
  for (let row: u32 = 0; row < rows; row++) {
    const block = blockOf(table, row);
    const at = out + ((<usize>row) << 2);
    if ((row & 3) == 0 && row + 4 <= rows) {
      const four = scoreFour(vectorOf(table, block, row), query, dimensions);
      v128.store(at, f32x4.add(four, biasFour(block, bias, row & 255)));
      row += 3;
      continue;
    }
    const own: f32 = bias == 0 ? 0 : load<f32>(block + bias + ((<usize>(row & 255)) << 2));
    store<f32>(at, dot(query, vectorOf(table, block, row), dimensions) + own);
  }
}

/** Offers those of four scores that pass and are not masked; returns the number held. */
function offerFour(
  four: v128,
  row: u32,
  rows: u32,
  mask: usize,
  held: u32,
  count: u32,
  outRows: usize,
  outScores: usize,
): u32 {
  const last = rows - row;
  if (load<u8>(mask + <usize>row) == 0) {
    held = offer(outRows, outScores, held, count, row, f32x4.extract_lane(four, 0));
  }
  if (last > 1 && load<u8>(mask + <usize>(row + 1)) == 0) {
    held = offer(outRows, outScores, held, count, row + 1, f32x4.extract_lane(four, 1));
  }
  if (last > 2 && load<u8>(mask + <usize>(row + 2)) == 0) {
    held = offer(outRows, outScores, held, count, row + 2, f32x4.extract_lane(four, 2));
  }
  if (last > 3 && load<u8>(mask + <usize>(row + 3)) == 0) {
    held = offer(outRows, outScores, held, count, row + 3, f32x4.extract_lane(four, 3));
  }
  return held;
}

export function topRows(
  table: usize,
  query: usize,
  count: u32,
  mask: usize,
  outRows: usize,
  outScores: usize,
): u32 {
  const rows = load<u32>(table, TABLE_ROWS);
  const dimensions = load<u32>(table, TABLE_DIMENSIONS);
  const bias = <usize>load<u32>(table, TABLE_BIAS);
  const step = <usize>dimensions * 16;
  let held: u32 = 0;
  let worst = f32x4.splat(-Infinity);
  for (let first: u32 = 0; first < rows; first += BLOCK_ROWS) {
    const block = blockOf(table, first);
    const end = min(rows - first, BLOCK_ROWS);
    let vector = block;
    for (let slot: u32 = 0; slot < end; slot += 4, vector += step) {
      const four = f32x4.add(scoreFour(vector, query, dimensions), biasFour(block, bias, slot));
      if (held == count && !v128.any_true(f32x4.gt(four, worst))) continue;
      held = offerFour(four, first + slot, rows, mask, held, count, outRows, outScores);
      if (held == count) worst = v128.load32_splat(outScores);
    }
  }
  sortHeld(outRows, outScores, held);
  return held;
}

export function encodeRow(table: usize, row: u32, scale: f32, codeMax: f32): u32 {
  const dimensions = load<u32>(table, TABLE_DIMENSIONS);
  const block = blockOf(table, row);
  const slot = row & 255;
  const group = (<usize>(slot / GROUP_ROWS) * <usize>dimensions) << 5;
  let vector = vectorOf(table, block, row);
  let codes =
    block + <usize>load<u32>(table, TABLE_CODES) + group + ((<usize>(slot % GROUP_ROWS)) << 2);
  const scales = f32x4.splat(scale);
  const most = f32x4.splat(codeMax);
  let fits = i32x4.splat(-1);
  for (let at: u32 = 0; at < dimensions; at += 4) {
    const four = f32x4.nearest(f32x4.mul(v128.load(vector), scales));
    fits = v128.and(fits, f32x4.le(f32x4.abs(four), most));
    const whole = i32x4.trunc_sat_f32x4_s(four);
    const pairs = i16x8.narrow_i32x4_s(whole, whole);
    store<i32>(codes, i32x4.extract_lane(pairs, 0));
    store<i32>(codes, i32x4.extract_lane(pairs, 1), 64);
    codes += 128;
    vector += 16;
  }
  return i32x4.all_true(fits) ? 1 : 0;
}

/** Scores the rows of four that may pass by their codes, and offers them; returns the number held. */
function offerCoded(
  may: v128,
  table: usize,
  block: usize,
  query: usize,
  row: u32,
  rows: u32,
  mask: usize,
  held: u32,
  count: u32,
  outRows: usize,
  outScores: usize,
): u32 {
  const dimensions = load<u32>(table, TABLE_DIMENSIONS);
  const bias = <usize>load<u32>(table, TABLE_BIAS);
  const bits = i32x4.bitmask(may);
  for (let lane: u32 = 0; lane < 4; lane++) {
    const own = row + lane;
    if (((bits >> lane) & 1) == 0 || own >= rows || load<u8>(mask + <usize>own) != 0) continue;
    const b: f32 = bias == 0 ? 0 : load<f32>(block + bias + ((<usize>(own & 255)) << 2));
    const score: f32 = dot(query, vectorOf(table, block, own), dimensions) + b;
    held = offer(outRows, outScores, held, count, own, score);
  }
  return held;
}

export function topRowsByCodes(
  table: usize,
  query: usize,
  queryCodes: usize,
  unit: f32,
  margin: f32,
  count: u32,
  mask: usize,
  outRows: usize,
  outScores: usize,
): u32 {
  const rows = load<u32>(table, TABLE_ROWS);
  const dimensions = load<u32>(table, TABLE_DIMENSIONS);
  const bias = <usize>load<u32>(table, TABLE_BIAS);
  const codesAt = <usize>load<u32>(table, TABLE_CODES);
  const units = f32x4.splat(unit);
  const queryEnd = queryCodes + ((<usize>dimensions) << 1);
  let held: u32 = 0;
  let floor = f32x4.splat(-Infinity);
  for (let first: u32 = 0; first < rows; first += BLOCK_ROWS) {
    const block = blockOf(table, first);
    const end = min(rows - first, BLOCK_ROWS);
    let codes = block + codesAt;
    for (let slot: u32 = 0; slot < end; slot += GROUP_ROWS) {
      let sum0 = i32x4.splat(0);
      let sum1 = i32x4.splat(0);
      let sum2 = i32x4.splat(0);
      let sum3 = i32x4.splat(0);
      // Two pairs of dimensions a turn: dimensions are a multiple of 4.
      for (let at = queryCodes; at < queryEnd; at += 8) {
        const one = v128.load32_splat(at);
        sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(one, v128.load(codes)));
        sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(one, v128.load(codes, 16)));
        sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(one, v128.load(codes, 32)));
        sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(one, v128.load(codes, 48)));
        const two = v128.load32_splat(at, 4);
        sum0 = i32x4.add(sum0, i32x4.dot_i16x8_s(two, v128.load(codes, 64)));
        sum1 = i32x4.add(sum1, i32x4.dot_i16x8_s(two, v128.load(codes, 80)));
        sum2 = i32x4.add(sum2, i32x4.dot_i16x8_s(two, v128.load(codes, 96)));
        sum3 = i32x4.add(sum3, i32x4.dot_i16x8_s(two, v128.load(codes, 112)));
        codes += 128;
      }
      const at0 = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(sum0), units),
        biasFour(block, bias, slot),
      );
      const at1 = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(sum1), units),
        biasFour(block, bias, slot + 4),
      );
      const at2 = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(sum2), units),
        biasFour(block, bias, slot + 8),
      );
      const at3 = f32x4.add(
        f32x4.mul(f32x4.convert_i32x4_s(sum3), units),
        biasFour(block, bias, slot + 12),
      );
      const may0 = f32x4.ge(at0, floor);
      const may1 = f32x4.ge(at1, floor);
      const may2 = f32x4.ge(at2, floor);
      const may3 = f32x4.ge(at3, floor);
      if (!v128.any_true(v128.or(v128.or(may0, may1), v128.or(may2, may3)))) continue;
      const row = first + slot;
      held = offerCoded(
        may0,
        table,
        block,
        query,
        row,
        rows,
        mask,
        held,
        count,
        outRows,
        outScores,
      );
      held = offerCoded(
        may1,
        table,
        block,
        query,
        row + 4,
        rows,
        mask,
        held,
        count,
        outRows,
        outScores,
      );
      held = offerCoded(
        may2,
        table,
        block,
        query,
        row + 8,
        rows,
        mask,
        held,
        count,
        outRows,
        outScores,
      );
      held = offerCoded(
        may3,
        table,
        block,
        query,
        row + 12,
        rows,
        mask,
        held,
        count,
        outRows,
        outScores,
      );
      if (held == count) floor = f32x4.splat(load<f32>(outScores) - margin);
    }
  }
  sortHeld(outRows, outScores, held);
  return held;
}

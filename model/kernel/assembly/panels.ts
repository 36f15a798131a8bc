// Symmetric matrices as panels of eight rows, each up to the diagonal: a panel's column is two vectors, and panel after
// panel of L is packed as the next products read it. Panel number p holds 8 · (p + 1) columns.

import { PANEL } from './training-layout';

/** Where four columns of eight rows start. */
export function tileAt(matrix: usize, panel: usize, column: usize): usize {
  return matrix + ((((panel * (panel + 1)) << 2) + column) << 5);
}

/** Bytes of a matrix. */
export function matrixBytes(width: usize): usize {
  return tileAt(0, width >> 3, 0);
}

/** Adds to eight rows of four columns the products of `count` columns: eight numbers at `left`, four at `right`. */
export function addTile(tile: usize, left: usize, right: usize, count: u32): void {
  let low0 = v128.load(tile);
  let high0 = v128.load(tile, 16);
  let low1 = v128.load(tile, 32);
  let high1 = v128.load(tile, 48);
  let low2 = v128.load(tile, 64);
  let high2 = v128.load(tile, 80);
  let low3 = v128.load(tile, 96);
  let high3 = v128.load(tile, 112);
  const end = left + ((<usize>count) << 5);
  for (; left < end; left += 32, right += 32) {
    const low = v128.load(left);
    const high = v128.load(left, 16);
    const one = v128.load32_splat(right);
    low0 = f32x4.add(low0, f32x4.mul(low, one));
    high0 = f32x4.add(high0, f32x4.mul(high, one));
    const two = v128.load32_splat(right, 4);
    low1 = f32x4.add(low1, f32x4.mul(low, two));
    high1 = f32x4.add(high1, f32x4.mul(high, two));
    const three = v128.load32_splat(right, 8);
    low2 = f32x4.add(low2, f32x4.mul(low, three));
    high2 = f32x4.add(high2, f32x4.mul(high, three));
    const four = v128.load32_splat(right, 12);
    low3 = f32x4.add(low3, f32x4.mul(low, four));
    high3 = f32x4.add(high3, f32x4.mul(high, four));
  }
  v128.store(tile, low0);
  v128.store(tile, high0, 16);
  v128.store(tile, low1, 32);
  v128.store(tile, high1, 48);
  v128.store(tile, low2, 64);
  v128.store(tile, high2, 80);
  v128.store(tile, low3, 96);
  v128.store(tile, high3, 112);
}

/** Takes the products away instead. */
export function subtractTile(tile: usize, left: usize, right: usize, count: u32): void {
  let low0 = v128.load(tile);
  let high0 = v128.load(tile, 16);
  let low1 = v128.load(tile, 32);
  let high1 = v128.load(tile, 48);
  let low2 = v128.load(tile, 64);
  let high2 = v128.load(tile, 80);
  let low3 = v128.load(tile, 96);
  let high3 = v128.load(tile, 112);
  const end = left + ((<usize>count) << 5);
  for (; left < end; left += 32, right += 32) {
    const low = v128.load(left);
    const high = v128.load(left, 16);
    const one = v128.load32_splat(right);
    low0 = f32x4.sub(low0, f32x4.mul(low, one));
    high0 = f32x4.sub(high0, f32x4.mul(high, one));
    const two = v128.load32_splat(right, 4);
    low1 = f32x4.sub(low1, f32x4.mul(low, two));
    high1 = f32x4.sub(high1, f32x4.mul(high, two));
    const three = v128.load32_splat(right, 8);
    low2 = f32x4.sub(low2, f32x4.mul(low, three));
    high2 = f32x4.sub(high2, f32x4.mul(high, three));
    const four = v128.load32_splat(right, 12);
    low3 = f32x4.sub(low3, f32x4.mul(low, four));
    high3 = f32x4.sub(high3, f32x4.mul(high, four));
  }
  v128.store(tile, low0);
  v128.store(tile, high0, 16);
  v128.store(tile, low1, 32);
  v128.store(tile, high1, 48);
  v128.store(tile, low2, 64);
  v128.store(tile, high2, 80);
  v128.store(tile, low3, 96);
  v128.store(tile, high3, 112);
}

/** Copies a vector of `dimensions` to row number `slot` of packed rows: a column of eight numbers in each panel. */
export function packRow(packed: usize, rows: u32, slot: u32, vector: usize, dimensions: u32): void {
  const stride = (<usize>rows) << 5;
  let to = packed + ((<usize>slot) << 5);
  const end = vector + ((<usize>dimensions) << 2);
  for (; vector + 32 <= end; vector += 32, to += stride) {
    v128.store(to, v128.load(vector));
    v128.store(to, v128.load(vector, 16), 16);
  }
  if (vector < end) {
    v128.store(to, v128.load(vector));
    v128.store(to, f32x4.splat(0), 16);
  }
}

/** Adds the products of packed rows to the panels `from` to `to` of a matrix, up to its diagonal. */
export function addProducts(matrix: usize, packed: usize, rows: u32, from: usize, to: usize): void {
  const stride = (<usize>rows) << 5;
  for (let panel = from; panel < to; panel++) {
    const left = packed + panel * stride;
    for (let other: usize = 0; other <= panel; other++) {
      const right = packed + other * stride;
      const tile = tileAt(matrix, panel, other * <usize>PANEL);
      addTile(tile, left, right, rows);
      addTile(tile + 128, left, right + 16, rows);
    }
  }
}

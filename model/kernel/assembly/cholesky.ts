// Solves symmetric, positive definite systems: L·Lᵀ = matrix, in place, panel by panel.

import { PANEL } from './training-layout';
import { subtractTile, tileAt } from './panels';
import { sumFour } from './lanes';

/** Turns one panel's eight columns into those of L; the panel on the diagonal also gives the inverses of its diagonal. */
function reduce(tile: usize, diagonal: usize, inverses: usize, own: bool): void {
  for (let column: usize = 0; column < 8; column++) {
    const at = tile + (column << 5);
    let low = v128.load(at);
    let high = v128.load(at, 16);
    for (let before: usize = 0; before < column; before++) {
      const factor = v128.load32_splat(diagonal + (before << 5) + (column << 2));
      const done = tile + (before << 5);
      low = f32x4.sub(low, f32x4.mul(v128.load(done), factor));
      high = f32x4.sub(high, f32x4.mul(v128.load(done, 16), factor));
    }
    if (own) {
      v128.store(at, low);
      v128.store(at, high, 16);
      const inverse: f32 = 1 / sqrt<f32>(load<f32>(at + (column << 2)));
      store<f32>(inverses + (column << 2), inverse);
    }
    const scale = v128.load32_splat(inverses + (column << 2));
    v128.store(at, f32x4.mul(low, scale));
    v128.store(at, f32x4.mul(high, scale), 16);
  }
}

/** Factors a matrix of `width` in place; only what stands on and below the diagonal is read. */
export function factor(matrix: usize, width: usize, inverses: usize): void {
  const panels = width / <usize>PANEL;
  for (let column: usize = 0; column < panels; column++) {
    const done = <u32>(column << 3);
    const right = tileAt(matrix, column, 0);
    const diagonal = tileAt(matrix, column, column << 3);
    const own = inverses + (column << 5);
    for (let panel = column; panel < panels; panel++) {
      const left = tileAt(matrix, panel, 0);
      const tile = tileAt(matrix, panel, column << 3);
      subtractTile(tile, left, right, done);
      subtractTile(tile + 128, left, right + 16, done);
      reduce(tile, diagonal, own, panel == column);
    }
  }
}

/** Replaces b by the y of L·y = b. */
function forward(matrix: usize, width: usize, inverses: usize, b: usize): void {
  for (let first: usize = 0; first < width; first += 8) {
    const own = b + (first << 2);
    let low = v128.load(own);
    let high = v128.load(own, 16);
    let tile = tileAt(matrix, first >> 3, 0);
    for (let at = b; at < own; at += 4, tile += 32) {
      const known = v128.load32_splat(at);
      low = f32x4.sub(low, f32x4.mul(v128.load(tile), known));
      high = f32x4.sub(high, f32x4.mul(v128.load(tile, 16), known));
    }
    v128.store(own, low);
    v128.store(own, high, 16);
    for (let row: usize = 0; row < 32; row += 4) {
      let value = load<f32>(own + row);
      for (let at: usize = 0; at < row; at += 4) {
        value -= load<f32>(tile + (at << 3) + row) * load<f32>(own + at);
      }
      store<f32>(own + row, value * load<f32>(inverses + (first << 2) + row));
    }
  }
}

/** Replaces y by the x of Lᵀ·x = y. */
function backward(matrix: usize, width: usize, inverses: usize, b: usize): void {
  for (let first = width - 8; ; first -= 8) {
    const own = b + (first << 2);
    let tile = tileAt(matrix, first >> 3, first);
    for (let row: isize = 28; row >= 0; row -= 4) {
      let value = load<f32>(own + row);
      for (let at = row + 4; at < 32; at += 4) {
        value -= load<f32>(tile + (row << 3) + at) * load<f32>(own + at);
      }
      store<f32>(own + row, value * load<f32>(inverses + (first << 2) + row));
    }
    const low = v128.load(own);
    const high = v128.load(own, 16);
    tile = tileAt(matrix, first >> 3, 0);
    for (let at = b; at < own; at += 16, tile += 128) {
      const sum0 = f32x4.add(f32x4.mul(v128.load(tile), low), f32x4.mul(v128.load(tile, 16), high));
      const sum1 = f32x4.add(
        f32x4.mul(v128.load(tile, 32), low),
        f32x4.mul(v128.load(tile, 48), high),
      );
      const sum2 = f32x4.add(
        f32x4.mul(v128.load(tile, 64), low),
        f32x4.mul(v128.load(tile, 80), high),
      );
      const sum3 = f32x4.add(
        f32x4.mul(v128.load(tile, 96), low),
        f32x4.mul(v128.load(tile, 112), high),
      );
      v128.store(at, f32x4.sub(v128.load(at), sumFour(sum0, sum1, sum2, sum3)));
    }
    if (first == 0) return;
  }
}

/** Replaces b by the x of matrix · x = b, where the matrix is factored. */
export function solveFactored(matrix: usize, width: usize, inverses: usize, b: usize): void {
  forward(matrix, width, inverses, b);
  backward(matrix, width, inverses, b);
}

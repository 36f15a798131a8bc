// Alternating least squares: each row of one side solves its own weighted system over the fixed rows of the other.

import {
  ALS_COLUMNS,
  ALS_DIMENSIONS,
  ALS_FIXED,
  ALS_FIXED_ROWS,
  ALS_GRAM,
  ALS_LOSSES,
  ALS_REGULARIZATION,
  ALS_SOLVED,
  ALS_STARTS,
  ALS_UNOBSERVED,
  ALS_WIDTH,
  CHUNK_ROWS,
} from './training-layout';
import { addProducts, matrixBytes, packRow, tileAt } from './panels';
import { factor, solveFactored } from './cholesky';
import { dot } from './product';

/** Sets the panels `from` to `to` of the sum of all fixed rows' products with themselves. */
export function alsGram(header: usize, from: u32, to: u32, scratch: usize): void {
  const fixed = <usize>load<u32>(header, ALS_FIXED);
  const rows = load<u32>(header, ALS_FIXED_ROWS);
  const dimensions = load<u32>(header, ALS_DIMENSIONS);
  const gram = <usize>load<u32>(header, ALS_GRAM);
  const start = tileAt(gram, <usize>from, 0);
  memory.fill(start, 0, tileAt(gram, <usize>to, 0) - start);
  for (let first: u32 = 0; first < rows; first += CHUNK_ROWS) {
    const count = min(CHUNK_ROWS, rows - first);
    for (let slot: u32 = 0; slot < count; slot++) {
      const vector = fixed + ((<usize>(first + slot) * <usize>dimensions) << 2);
      packRow(scratch, count, slot, vector, dimensions);
    }
    addProducts(gram, scratch, count, <usize>from, <usize>to);
  }
}

/** Sets the matrix to the gram's share, with the regularisation on its diagonal. */
function startMatrix(header: usize, matrix: usize, width: usize, row: u32): void {
  const share = v128.load32_splat(header, ALS_UNOBSERVED);
  const gram = <usize>load<u32>(header, ALS_GRAM);
  const bytes = matrixBytes(width);
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(matrix + at, f32x4.mul(share, v128.load(gram + at)));
  }
  const own = load<f32>(<usize>load<u32>(header, ALS_REGULARIZATION) + ((<usize>row) << 2));
  for (let at: usize = 0; at < width; at++) {
    const diagonal = tileAt(matrix, at >> 3, at) + ((at & 7) << 2);
    store<f32>(diagonal, load<f32>(diagonal) + own);
  }
}

/** Adds a vector to the right-hand side. */
function addTo(b: usize, vector: usize, dimensions: u32): void {
  const end = vector + ((<usize>dimensions) << 2);
  for (; vector < end; vector += 16, b += 16) {
    v128.store(b, f32x4.add(v128.load(b), v128.load(vector)));
  }
}

/** Adds the rows that a row of the solved side chose. */
function addChosen(header: usize, row: u32, matrix: usize, b: usize, packed: usize): void {
  const fixed = <usize>load<u32>(header, ALS_FIXED);
  const dimensions = load<u32>(header, ALS_DIMENSIONS);
  const width = <usize>load<u32>(header, ALS_WIDTH);
  const starts = <usize>load<u32>(header, ALS_STARTS) + ((<usize>row) << 2);
  const columns = <usize>load<u32>(header, ALS_COLUMNS);
  const end = load<u32>(starts, 4);
  for (let first = load<u32>(starts); first < end; first += CHUNK_ROWS) {
    const count = min(CHUNK_ROWS, end - first);
    for (let slot: u32 = 0; slot < count; slot++) {
      const column = load<u32>(columns + ((<usize>(first + slot)) << 2));
      const vector = fixed + ((<usize>column * <usize>dimensions) << 2);
      packRow(packed, count, slot, vector, dimensions);
      addTo(b, vector, dimensions);
    }
    addProducts(matrix, packed, count, 0, width >> 3);
  }
}

/** Solves the rows `from` to `to`, and notes what each leaves of its own loss. */
export function alsRows(header: usize, from: u32, to: u32, scratch: usize): void {
  const dimensions = load<u32>(header, ALS_DIMENSIONS);
  const width = <usize>load<u32>(header, ALS_WIDTH);
  const solved = <usize>load<u32>(header, ALS_SOLVED);
  const matrix = scratch + ((width * <usize>CHUNK_ROWS) << 2);
  const b = matrix + matrixBytes(width);
  const x = b + (width << 2);
  const inverses = x + (width << 2);
  for (let row = from; row < to; row++) {
    memory.fill(b, 0, width << 2);
    startMatrix(header, matrix, width, row);
    addChosen(header, row, matrix, b, scratch);
    memory.copy(x, b, width << 2);
    factor(matrix, width, inverses);
    solveFactored(matrix, width, inverses, x);
    memory.copy(solved + ((<usize>row * <usize>dimensions) << 2), x, (<usize>dimensions) << 2);
    const losses = <usize>load<u32>(header, ALS_LOSSES) + ((<usize>row) << 2);
    store<f32>(losses, dot(b, x, <u32>width));
  }
}

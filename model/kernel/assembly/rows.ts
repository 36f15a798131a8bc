// Rows that a list names, between their places in a table and one stretch of memory.

import { TABLE_BIAS, TABLE_DIMENSIONS, blockOf, vectorOf } from './layout';

/** Copies a vector, four values at a time. */
function copyVector(to: usize, from: usize, bytes: usize): void {
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    v128.store(to + offset, v128.load(from + offset));
  }
}

export function gatherRows(table: usize, rows: usize, count: u32, out: usize): void {
  const bytes = (<usize>load<u32>(table, TABLE_DIMENSIONS)) << 2;
  const end = rows + ((<usize>count) << 2);
  for (; rows < end; rows += 4, out += bytes) {
    const row = load<u32>(rows);
    copyVector(out, vectorOf(table, blockOf(table, row), row), bytes);
  }
}

export function placeRows(
  table: usize,
  rows: usize,
  count: u32,
  vectors: usize,
  biases: usize,
): void {
  const bytes = (<usize>load<u32>(table, TABLE_DIMENSIONS)) << 2;
  const bias = <usize>load<u32>(table, TABLE_BIAS);
  const end = rows + ((<usize>count) << 2);
  for (; rows < end; rows += 4, vectors += bytes, biases += 4) {
    const row = load<u32>(rows);
    const block = blockOf(table, row);
    copyVector(vectorOf(table, block, row), vectors, bytes);
    if (bias != 0) store<f32>(block + bias + ((<usize>(row & 255)) << 2), load<f32>(biases));
  }
}

// The item rows of a step: the event's, and others that are all equally likely.

import { TABLE_ROWS, blockOf, touch, vectorOf } from './layout';
import { draw } from './scalar';

/** Draws a step's item rows into `touched`, the positive first, and where their vectors stand into `vectors`; returns how many. */
export function drawRows(
  items: usize,
  touched: usize,
  vectors: usize,
  item: u32,
  negatives: u32,
  key0: u32,
  key1: u32,
): u32 {
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

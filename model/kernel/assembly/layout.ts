// The layout of tables and learners in memory: the same numbers as ../layout.ts, held equal by a test.

export const BLOCK_ROWS: u32 = 256;
export const GROUP_ROWS: u32 = 16;

export const TABLE_DIRECTORY: usize = 0;
export const TABLE_BLOCK_MARKS: usize = 4;
export const TABLE_ROWS: usize = 8;
export const TABLE_DIMENSIONS: usize = 12;
export const TABLE_BIAS: usize = 16;
export const TABLE_MARKS: usize = 20;
export const TABLE_CODES: usize = 24;

export const LEARNER_USERS: usize = 0;
export const LEARNER_ITEMS: usize = 4;
export const LEARNER_OUTPUT: usize = 8;
export const LEARNER_NEGATIVES: usize = 12;
export const LEARNER_TOUCHED: usize = 16;
export const LEARNER_GAINS: usize = 20;
export const LEARNER_VECTORS: usize = 24;
export const LEARNER_DIMENSIONS: usize = 28;
export const LEARNER_RATE: usize = 32;
export const LEARNER_DECAY: usize = 36;
export const LEARNER_QUERY: usize = 40;

export const SOFTMAX_USERS: usize = 0;
export const SOFTMAX_ITEMS: usize = 4;
export const SOFTMAX_CONTEXTS: usize = 8;
export const SOFTMAX_NEGATIVES: usize = 12;
export const SOFTMAX_TOUCHED: usize = 16;
export const SOFTMAX_GAINS: usize = 20;
export const SOFTMAX_VECTORS: usize = 24;
export const SOFTMAX_DIMENSIONS: usize = 28;
export const SOFTMAX_QUERY: usize = 32;
export const SOFTMAX_GRADIENT: usize = 36;
export const SOFTMAX_RATE: usize = 40;
export const SOFTMAX_DECAY: usize = 44;
export const SOFTMAX_BIAS_RATE: usize = 48;
export const SOFTMAX_CONTEXT_ROWS: usize = 52;
export const SOFTMAX_CONTEXT_WEIGHTS: usize = 56;
export const SOFTMAX_CONTEXT_COUNT: usize = 60;

export const CANDIDATES_MARKS: usize = 0;
export const CANDIDATES_FIRST: usize = 4;
export const CANDIDATES_SIZE: usize = 8;
export const CANDIDATES_SIZE_LIMIT: usize = 12;
export const CANDIDATES_ROWS: usize = 16;
export const CANDIDATES_FEATURES: usize = 20;
export const CANDIDATES_WIDTH: usize = 24;
export const CANDIDATES_SUMS: usize = 28;

/** Where the block of a row starts. */
export function blockOf(table: usize, row: u32): usize {
  const directory = <usize>load<u32>(table, TABLE_DIRECTORY);
  return <usize>load<u32>(directory + ((<usize>(row >> 8)) << 2));
}

/** Where the vector of a row starts. */
export function vectorOf(table: usize, block: usize, row: u32): usize {
  return block + ((<usize>(row & 255) * <usize>load<u32>(table, TABLE_DIMENSIONS)) << 2);
}

/** Marks a row, and its block, as changed. */
export function touch(table: usize, row: u32): void {
  const block = blockOf(table, row);
  store<u8>(block + <usize>load<u32>(table, TABLE_MARKS) + <usize>(row & 255), 1);
  store<u8>(<usize>load<u32>(table, TABLE_BLOCK_MARKS) + <usize>(row >> 8), 1);
}

/** Writes the marked rows of a block to `out`, ascending, clears the marks, and returns how many. */
export function takeTouched(table: usize, blockNumber: u32, out: usize): u32 {
  const first = blockNumber * BLOCK_ROWS;
  const marks = blockOf(table, first) + <usize>load<u32>(table, TABLE_MARKS);
  let count: u32 = 0;
  for (let slot: u32 = 0; slot < BLOCK_ROWS; slot++) {
    if (load<u8>(marks + <usize>slot) == 0) continue;
    store<u32>(out + ((<usize>count) << 2), first + slot);
    count++;
  }
  memory.fill(marks, 0, <usize>BLOCK_ROWS);
  store<u8>(<usize>load<u32>(table, TABLE_BLOCK_MARKS) + <usize>blockNumber, 0);
  return count;
}

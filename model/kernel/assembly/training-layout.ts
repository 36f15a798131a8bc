// The layout of batch training in memory: the same numbers as ../training-layout.ts, held equal by a test.

/** Rows of a panel of a matrix: two vectors of four lanes. */
export const PANEL: u32 = 8;
/** Rows that are packed together before their products are summed. */
export const CHUNK_ROWS: u32 = 64;
/** Items that one SGD event touches at most. */
export const EVENT_ITEMS_MAX: usize = 32;
/** Where the scratch of an SGD thread holds the order of a block's events. */
export const SCRATCH_ORDER: usize = 512;

export const SGD_USERS: usize = 0;
export const SGD_ITEMS: usize = 4;
export const SGD_USER_BIAS: usize = 8;
export const SGD_ITEM_BIAS: usize = 12;
export const SGD_DIMENSIONS: usize = 16;
export const SGD_RATE: usize = 20;
export const SGD_DECAY: usize = 24;

export const BLOCK_EVENTS: usize = 0;
export const BLOCK_COUNT: usize = 4;
export const BLOCK_FIRST_ITEM: usize = 8;
export const BLOCK_ITEMS: usize = 12;
export const BLOCK_SAMPLES: usize = 16;
export const BLOCK_LOSS: usize = 24;

export const EVENT_USER: usize = 0;
export const EVENT_ITEM: usize = 4;
export const EVENT_SHARE: usize = 8;
export const EVENT_BYTES: usize = 16;
/** Stands for the item of an event that has negatives alone. */
export const NO_ITEM: u32 = 0xffffffff;

export const ALS_FIXED: usize = 0;
export const ALS_FIXED_ROWS: usize = 4;
export const ALS_SOLVED: usize = 8;
export const ALS_DIMENSIONS: usize = 12;
export const ALS_WIDTH: usize = 16;
export const ALS_GRAM: usize = 20;
export const ALS_STARTS: usize = 24;
export const ALS_COLUMNS: usize = 28;
export const ALS_REGULARIZATION: usize = 32;
export const ALS_LOSSES: usize = 36;
export const ALS_UNOBSERVED: usize = 40;

/** Rows of a panel of a matrix; the width of a system is a multiple of it. */
export const PANEL = 8;

/** Rows that are packed together before their products are summed. */
export const CHUNK_ROWS = 64;

/** Items that one SGD event touches at most. */
export const EVENT_ITEMS_MAX = 32;

/** Bytes of a thread's scratch before the order of a block's events. */
export const SCRATCH_ORDER_BYTES = 512;

/** Word offsets in the header of an SGD training. */
export const SGD = {
  /** Pointer to the users' rows, and so on. */
  users: 0,
  items: 1,
  userBias: 2,
  itemBias: 3,
  dimensions: 4,
  /** The step size, a float. */
  rate: 5,
  /** What one sample takes off a row, a float: the step size times the regularisation. */
  decay: 6,
  words: 8,
} as const;

/** Word offsets in the entry of a block: some users and some items. */
export const BLOCK = {
  /** Pointer to the block's events. */
  events: 0,
  count: 1,
  firstItem: 2,
  items: 3,
  /** What the last pass saw: samples, … */
  samples: 4,
  /** … and their likelihood as two 64-bit floats, a mantissa and an exponent of 2. */
  loss: 6,
  words: 12,
} as const;

/** Word offsets in an event of a block. */
export const EVENT = {
  user: 0,
  /** The item chosen, or {@link NO_ITEM}. */
  item: 1,
  /** How many negatives the event draws on average, a float. */
  share: 2,
  words: 4,
} as const;

/** Stands for the item of an event that has negatives alone. */
export const NO_ITEM = 0xffffffff;

/** Word offsets in the header of half an ALS epoch: one side is solved, the other is fixed. */
export const ALS = {
  fixed: 0,
  fixedRows: 1,
  solved: 2,
  dimensions: 3,
  /** The dimensions, rounded up to whole panels. */
  width: 4,
  /** Pointer to the sum of the fixed rows' products, a matrix of `width`. */
  gram: 5,
  /** Pointer to where each solved row's columns start, and one more. */
  starts: 6,
  columns: 7,
  /** Pointer to one float a solved row. */
  regularization: 8,
  /** Pointer to one float a solved row: how far it came below the loss of a row of zeros. */
  losses: 9,
  /** The weight of what was not chosen, a float. */
  unobserved: 10,
  words: 12,
} as const;

/** Rounds dimensions up to whole panels. */
export function panelWidth(dimensions: number): number {
  return Math.ceil(dimensions / PANEL) * PANEL;
}

/** Bytes of a symmetric matrix: panels of rows, each up to the diagonal. */
export function matrixBytes(width: number): number {
  const panels = width / PANEL;
  return (4 * (PANEL * PANEL * (panels * (panels + 1)))) / 2;
}

/** Bytes of scratch that a thread needs to solve rows. */
export function alsScratchBytes(width: number): number {
  return 4 * (CHUNK_ROWS * width + 3 * width) + matrixBytes(width);
}

/** Bytes of scratch that a thread needs for blocks of so many events. */
export function sgdScratchBytes(eventsMax: number): number {
  return SCRATCH_ORDER_BYTES + 4 * eventsMax;
}

/** Rows of one block, the unit in which a table's memory is addressed; a block's columns follow its vectors. */
export const BLOCK_ROWS = 256;

/** Rows whose codes are interleaved, so that one instruction advances four of them by two dimensions. */
export const GROUP_ROWS = 16;

/**
 * Word offsets in a factor table's header. A block holds, in this order: BLOCK_ROWS vectors of `dimensions` floats,
 * one column of BLOCK_ROWS floats an extra (the first is the bias), BLOCK_ROWS marks of a byte, and the codes.
 */
export const TABLE = {
  /** Pointer to one word a block: where it starts. */
  directory: 0,
  /** Pointer to one byte a block: 1 where any of its rows is marked. */
  blockMarks: 1,
  rows: 2,
  dimensions: 3,
  /** Bytes from a block's start to its first column; 0 where the table has no bias. */
  bias: 4,
  /** Bytes from a block's start to its marks. */
  marks: 5,
  /** Bytes from a block's start to its codes; 0 where the table keeps none. */
  codes: 6,
  words: 8,
} as const;

/** Word offsets in a learner's header. */
export const LEARNER = {
  users: 0,
  items: 1,
  /** Pointer to the output layer h. */
  output: 2,
  negatives: 3,
  /** Pointer to 1 + negatives words: the item rows that the last event touched. */
  touched: 4,
  /** Pointer to 1 + negatives floats: what each of them moves by. */
  gains: 5,
  /** Pointer to 1 + negatives words: where their vectors stand. */
  vectors: 6,
  dimensions: 7,
  /** The step size of the next events, a float: learning rate times weight. */
  rate: 8,
  /** What rows shrink by at the next events, a float: 1 − rate · regularization. */
  decay: 9,
  /** Pointer to `dimensions` floats of scratch: the user's query h∘p. */
  query: 10,
  words: 11,
} as const;

/** Word offsets in the header of a learner that steps by a softmax over sampled items. */
export const SOFTMAX = {
  users: 0,
  items: 1,
  /** The table of what an item says of its user: the rows that a context is summed of. */
  contexts: 2,
  negatives: 3,
  /** Pointer to 1 + negatives words: the item rows that the last step touched. */
  touched: 4,
  /** Pointer to 1 + negatives floats: scores, and then what each row moves by. */
  gains: 5,
  /** Pointer to 1 + negatives words: where their vectors stand. */
  vectors: 6,
  dimensions: 7,
  /** Pointer to `dimensions` floats of scratch: the user's vector, context and all. */
  query: 8,
  /** Pointer to `dimensions` floats of scratch: what the user's vector moves by. */
  gradient: 9,
  /** The step size of the next events, a float: learning rate times weight. */
  rate: 10,
  /** What rows shrink by at the next events, a float: 1 − rate · regularization. */
  decay: 11,
  /** The step size of biases, a float. */
  biasRate: 12,
  /** Pointer to the rows of the context. */
  contextRows: 13,
  /** Pointer to a float a row of the context: what it counts. */
  contextWeights: 14,
  contextCount: 15,
  words: 16,
} as const;

/** Word offsets in the header of the items that a question chooses from. */
export const CANDIDATES = {
  /** Pointer to one word an item row: `first` and the candidate's number, or more where it is left out. */
  marks: 0,
  /** What the question at hand marks its first candidate with; marks of questions before are below it. */
  first: 1,
  /** The candidates so far. */
  size: 2,
  /** The most that there may be. */
  sizeLimit: 3,
  /** Pointer to the candidates' item rows, in the order in which they came. */
  rows: 4,
  /** Pointer to `width` floats a candidate. */
  features: 5,
  /** Floats that are said of a candidate, a multiple of 4. */
  width: 6,
  /** Pointer to two floats a candidate: how near the user's items are, fading and not. */
  sums: 7,
  words: 8,
} as const;

/** The factor that turns the sum of four 16-bit uniforms, centred, into a value of this standard deviation. */
export function seedScale(deviation: number): number {
  // The variance of one discrete uniform over n values is (n² − 1) / 12.
  return Math.fround(deviation / Math.sqrt((65_536 * 65_536 - 1) / 3));
}

import type { Pointer } from './kernel.ts';

/** A linear memory that grows by pages of 64 KiB; growth replaces the buffer and keeps the content. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/**
 * The arithmetic over one linear memory: the exports of the WebAssembly module, and of its plain twin. All floats are
 * 32-bit, every operation rounds to nearest even, sums run in one fixed lane order: equal input gives equal bits.
 * `table` is a factor table's header and `learner` a learner's (layout.ts), `dimensions` a multiple of 4.
 */
export interface KernelFunctions {
  /** Σ a·b in the fixed lane order. */
  dot(a: Pointer, b: Pointer, dimensions: number): number;
  /** e to the x; x is held within ±87. */
  exp(x: number): number;
  /** 1 / (1 + e to the −x). */
  sigmoid(x: number): number;
  /** Word number `draw` of the stream keyed by two words, as a signed 32-bit number. */
  draw(key0: number, key1: number, draw: number): number;
  /** Fills a row from its seed with a sum of four uniforms (near normal); `scale` is {@link seedScale} of the deviation. */
  seedRow(table: Pointer, row: number, seed0: number, seed1: number, scale: number): void;
  /** Marks a row as changed. */
  touch(table: Pointer, row: number): void;
  /** Writes the changed rows of one block to `out`, ascending, clears their marks, and returns how many. */
  takeTouched(table: Pointer, block: number, out: Pointer): number;
  /** Copies the vectors of `count` rows listed in `rows` to `out`, one after the other. */
  gatherRows(table: Pointer, rows: Pointer, count: number, out: Pointer): void;
  /** Replaces the vectors of `count` rows listed in `rows`, and the biases of a table that has them, unmarked. */
  placeRows(table: Pointer, rows: Pointer, count: number, vectors: Pointer, biases: Pointer): void;
  /** One ISGD step, target 1, on two vectors: they shrink by the learner's `decay` and move by `rate` · error. */
  isgdStep(learner: Pointer, p: Pointer, q: Pointer): void;
  /**
   * `count` of these in order, on the vectors whose pointers stand in `pairs`, p and q by turns: the bits of single
   * ones, in one call. Uses the learner's `query` as scratch.
   */
  isgdSteps(learner: Pointer, pairs: Pointer, count: number): void;
  /**
   * `count` ISGD steps in order on a user row and an item row each, whose numbers stand in `pairs` by turns and give way
   * to the pointers of {@link isgdSteps}; marks the rows.
   */
  isgdEvents(learner: Pointer, pairs: Pointer, count: number): void;
  /**
   * One GMF event: one logistic step on the item with the target and, for target 1, to 0 on the negatives drawn from
   * the stream of the two key words over all item rows (the positive is passed over); scores are those before the
   * event (but a row drawn twice sees its bias moved). Returns the number of item rows touched, whose numbers stand in the learner's `touched`, repeats included.
   */
  gmfEvent(
    learner: Pointer,
    user: number,
    item: number,
    target: number,
    key0: number,
    key1: number,
  ): number;
  /** Writes a user's vector to the learner's `query`: the own row and then, in order, weight · row of its context. */
  softmaxQuery(learner: Pointer, user: number): void;
  /**
   * One step of a softmax over an item and the negatives drawn as in {@link gmfEvent}, on the user's row, its context's
   * rows and the items', all of them as they were before it; for target 0 one logistic step to 0 on the item alone.
   * `learner` is laid out by SOFTMAX. Returns the number of item rows in `touched`, repeats included.
   */
  softmaxEvent(
    learner: Pointer,
    user: number,
    item: number,
    target: number,
    key0: number,
    key1: number,
  ): number;
  /** The place of a word among `count` of them, the first one's where it is there twice; `count` where it is not. */
  findWord(words: Pointer, count: number, word: number): number;
  /** Adds item rows to the candidates (CANDIDATES), each once, while there is room; those left out never join. */
  proposeRows(candidates: Pointer, rows: Pointer, count: number): void;
  /**
   * Adds an item's partners as {@link proposeRows} does, and to the sums of each that is a candidate: near · share and
   * near, where near is the pair's count times `norm`.
   */
  proposeNear(
    candidates: Pointer,
    partners: Pointer,
    counts: Pointer,
    count: number,
    norm: number,
    share: number,
  ): void;
  /**
   * Says how near each candidate is whose sums are not 0: three features from number `to` on. `norms` holds a 64-bit
   * float an item row.
   */
  describeNear(candidates: Pointer, norms: Pointer, to: number): void;
  /**
   * Says how popular each candidate is at six speeds, from feature `to` on, and its two ages, from `ageTo` on. `known`
   * holds eight 64-bit floats an item row: a logarithm a speed, the events before its first, the time of its last; `nows`
   * as many: what is subtracted from each logarithm, the events so far and the time, Unix milliseconds.
   */
  describePopular(
    candidates: Pointer,
    known: Pointer,
    nows: Pointer,
    to: number,
    ageTo: number,
  ): void;
  /** out[number] = query · row + bias over `count` rows listed in `rows`, of a table with biases. */
  scoreRows(table: Pointer, query: Pointer, rows: Pointer, count: number, out: Pointer): void;
  /** out[number] = features[number] · weights over `count` rows of `width` floats, a multiple of 4. */
  scoreFeatures(
    features: Pointer,
    count: number,
    width: number,
    weights: Pointer,
    out: Pointer,
  ): void;
  /**
   * Writes to `out` the row `wanted` less the mean of all rows by their softmax shares: what weights move by. The scores
   * are replaced by their exponentials, less the best one's.
   */
  softmaxGradient(
    features: Pointer,
    count: number,
    width: number,
    scores: Pointer,
    wanted: number,
    out: Pointer,
  ): void;
  /** (Σ (h·p)·q) + bias of a user row and an item row. */
  gmfScore(learner: Pointer, user: number, item: number): number;
  /** out[row] = query·row + bias over all rows. */
  scoreAll(table: Pointer, query: Pointer, out: Pointer): void;
  /** The `count` best rows by query·row + bias, best first, ties by lower row; returns how many were found. */
  topRows(
    table: Pointer,
    query: Pointer,
    count: number,
    mask: Pointer,
    outRows: Pointer,
    outScores: Pointer,
  ): number;
  /** Writes a row's codes, round(value · scale); returns 0 where a value is not finite or its code passes `codeMax`. */
  encodeRow(table: Pointer, row: number, scale: number, codeMax: number): number;
  /**
   * Like topRows, but reads the codes first: a row is scored only where `unit` · (query codes · row codes) + bias comes
   * within `margin` of the worst score held. With a margin that bounds the codes' error the answer is topRows' own.
   */
  topRowsByCodes(
    table: Pointer,
    query: Pointer,
    queryCodes: Pointer,
    unit: number,
    margin: number,
    count: number,
    mask: Pointer,
    outRows: Pointer,
    outScores: Pointer,
  ): number;
}

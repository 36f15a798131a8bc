import { FactorTable } from './factor-table.ts';
import { ItemPopularity } from './item-popularity.ts';
import type { Kernel, Pointer } from './kernel/kernel.ts';
import { LEARNER } from './kernel/layout.ts';
import type { LearnedModel, LearnedQuestion } from './learned-model.ts';
import { checkSettings } from './settings-check.ts';
import type { LearnerSettings } from './settings.ts';

/** Steps that a run gathers before they are made. */
const RUN_STEPS_MAX = 64;

/**
 * The learned state of one (version, partition): a table of users, one of items with their biases, the frozen output
 * layer h, and each item's popularity. A score is (h∘p)·q + bias, before any link.
 */
export class Model implements LearnedModel {
  readonly settings: LearnerSettings;
  readonly kernel: Kernel;
  readonly users: FactorTable;
  readonly items: FactorTable;
  readonly #learner: Pointer;
  readonly #touched: Pointer;
  readonly #output: Pointer;
  /** Rows of the steps gathered, user and item by turns. */
  readonly #pairs: Pointer;
  #pairCount = 0;
  /** Steps that are gathered before they are made: 1 where each is made at once. */
  #gathered = 1;
  #touchedCount = 0;
  #weight = NaN;
  readonly #popularity: ItemPopularity;
  readonly #query: Float32Array;
  /** The tables are all that is learned, and their product is the answer. */
  readonly ranker = undefined;
  readonly hold = undefined;
  readonly memory = undefined;

  constructor(settings: LearnerSettings, kernel: Kernel) {
    checkSettings(settings);
    const { dimensions, negatives } = settings;
    this.settings = settings;
    this.kernel = kernel;
    this.#popularity = new ItemPopularity(settings.popularityHalfLifeMs);
    this.#query = new Float32Array(dimensions);
    this.users = new FactorTable(kernel, { dimensions });
    this.items = new FactorTable(kernel, { dimensions, extra: 1 });
    this.#output = kernel.alloc(dimensions * 4);
    this.#touched = kernel.alloc((1 + negatives) * 4);
    this.#learner = kernel.alloc(LEARNER.words * 4);
    this.#pairs = kernel.alloc(RUN_STEPS_MAX * 8);
    const gains = kernel.alloc((1 + negatives) * 4);
    const vectors = kernel.alloc((1 + negatives) * 4);
    const query = kernel.alloc(dimensions * 4);
    const header = this.#learner >>> 2;
    const { words } = kernel;
    words[header + LEARNER.users] = this.users.header;
    words[header + LEARNER.items] = this.items.header;
    words[header + LEARNER.output] = this.#output;
    words[header + LEARNER.negatives] = negatives;
    words[header + LEARNER.touched] = this.#touched;
    words[header + LEARNER.gains] = gains;
    words[header + LEARNER.vectors] = vectors;
    words[header + LEARNER.dimensions] = dimensions;
    words[header + LEARNER.query] = query;
    kernel.f32(this.#output, dimensions).fill(1);
  }

  /** The table whose rows partitions share. */
  get sharedTables(): readonly [FactorTable, ...FactorTable[]] {
    return [this.items];
  }

  /** The output layer h, a copy: all ones unless set. */
  get output(): Float32Array {
    return this.kernel.f32(this.#output, this.settings.dimensions).slice();
  }

  /** Sets the output layer, which a trained base brings with it. */
  setOutput(values: Float32Array): void {
    const { dimensions, learner } = this.settings;
    if (values.length !== dimensions) {
      throw new RangeError(`output has ${String(values.length)} values, not ${String(dimensions)}`);
    }
    if (learner === 'isgd' && values.some((value) => value !== 1)) {
      throw new RangeError('output is all ones for isgd, which has no output layer');
    }
    this.kernel.f32(this.#output, dimensions).set(values);
  }

  /** The items' forward-decayed log-weights by row (popularity.ts); valid until an item is added. */
  get popularity(): Float64Array {
    return this.#popularity.logWeights;
  }

  /** Sets an item's log-weight. */
  setPopularity(itemRow: number, logWeight: number): void {
    this.#popularity.set(itemRow, logWeight);
  }

  /** Adds a user, seeded by two words of the hash of their id; returns the row. */
  addUser(seed0: number, seed1: number): number {
    return this.users.add(seed0, seed1, this.settings.initDeviation);
  }

  /** Adds an item, seeded by two words of the hash of its id; returns the row. */
  addItem(seed0: number, seed1: number): number {
    const row = this.items.add(seed0, seed1, this.settings.initDeviation);
    this.#popularity.grow(row + 1);
    return row;
  }

  /** Makes the steps that are gathered; an item has its row when it is added. */
  settle(): void {
    this.#makeSteps();
  }

  /** Adds many rows of zeros at once, unmarked, to be filled by `writeRows`, `writeColumn` and `setPopularity`. */
  addRows(users: number, items: number): void {
    this.users.addRows(users);
    this.items.addRows(items);
    this.#popularity.grow(this.items.rows);
  }

  /**
   * Learns one event. The weight scales the step, and the popularity of a positive. `keys[keyOffset…+1]` key the
   * draw of negatives (`gmf`), which are rows that stood in the table: neither position nor clock has a part in it.
   * A negative event is a step to target 0 on its item (`gmf`), or teaches nothing (`isgd`).
   */
  learn(
    userRow: number,
    itemRow: number,
    positive: 0 | 1,
    weight: number,
    timeMs: number,
    keys: Uint32Array,
    keyOffset: number,
  ): void {
    if (!(userRow < this.users.rows && itemRow < this.items.rows)) {
      throw new RangeError(`no user row ${String(userRow)} or no item row ${String(itemRow)}`);
    }
    if (!(weight >= 0 && weight < Infinity && Math.abs(timeMs) < Infinity)) {
      throw new RangeError(`weight ${String(weight)} or time ${String(timeMs)} cannot be learned`);
    }
    if (positive === 1 && weight > 0) {
      this.#popularity.add(itemRow, timeMs, weight);
    }
    this.#step(userRow, itemRow, positive, weight, keys, keyOffset);
  }

  /**
   * Begins a run of events: until {@link endRun} steps of `isgd` may be gathered and made together, with the same bits.
   * Nothing that is learned may be read meanwhile.
   */
  beginRun(): void {
    this.#gathered = RUN_STEPS_MAX;
  }

  /** Ends a run: all of its events are learned. */
  endRun(): void {
    this.#gathered = 1;
    this.#makeSteps();
  }

  /** Makes the steps that are gathered, in order. */
  #makeSteps(): void {
    if (this.#pairCount === 0) return;
    this.kernel.functions.isgdEvents(this.#learner, this.#pairs, this.#pairCount);
    this.#pairCount = 0;
  }

  /** Sets what the next events move and shrink rows by. */
  #weigh(weight: number): void {
    this.#makeSteps();
    const { learningRate, regularization } = this.settings;
    const header = this.#learner >>> 2;
    const rate = Math.fround(learningRate * weight);
    this.kernel.floats[header + LEARNER.rate] = rate;
    this.kernel.floats[header + LEARNER.decay] = 1 - rate * regularization;
    this.#weight = weight;
  }

  #step(
    userRow: number,
    itemRow: number,
    positive: 0 | 1,
    weight: number,
    keys: Uint32Array,
    keyOffset: number,
  ): void {
    const { functions } = this.kernel;
    if (weight !== this.#weight) this.#weigh(weight);
    if (this.settings.learner === 'gmf') {
      this.#touchedCount = functions.gmfEvent(
        this.#learner,
        userRow,
        itemRow,
        positive,
        keys[keyOffset] as number,
        keys[keyOffset + 1] as number,
      );
      return;
    }
    this.#touchedCount = positive;
    if (positive === 0) return;
    const { words } = this.kernel;
    const at = (this.#pairs >>> 2) + this.#pairCount++ * 2;
    words[at] = userRow;
    words[at + 1] = itemRow;
    words[this.#touched >>> 2] = itemRow;
    if (this.#pairCount >= this.#gathered) this.#makeSteps();
  }

  /**
   * The item rows that the last `learn` changed, positive first, repeats included; a view, valid until the next call.
   * Cheaper over many events: `users.takeTouched()` and `items.takeTouched()`.
   */
  touchedItems(): Uint32Array {
    const at = this.#touched >>> 2;
    return this.kernel.words.subarray(at, at + this.#touchedCount);
  }

  /** The header that the kernel's functions take as `learner`, for measurements; its weight is that of the last event. */
  get header(): Pointer {
    return this.#learner;
  }

  /** (h∘p)·q + bias of a user and an item: what answers rank by. */
  score(userRow: number, itemRow: number): number {
    if (!(userRow < this.users.rows && itemRow < this.items.rows)) {
      throw new RangeError(
        `there is no user row ${String(userRow)} or item row ${String(itemRow)}`,
      );
    }
    return this.kernel.functions.gmfScore(this.#learner, userRow, itemRow);
  }

  /** Writes h∘p of a user to `out`: the query for `items.topN`, whose scores equal {@link score} bit for bit. */
  query(userRow: number, out: Float32Array): void {
    this.users.read(userRow, out, 0);
    weighQuery(this.output, out);
  }

  /** Ranks all items by {@link score}; the time makes no difference. */
  rank({ userRow, excluded }: LearnedQuestion, rows: Uint32Array, scores: Float32Array): number {
    this.query(userRow, this.#query);
    return this.items.topN(this.#query, rows.length, excluded, rows, scores);
  }
}

/** Turns a user's vector into a query in place: h∘p, each product rounded to 32 bits as the kernel rounds it. */
export function weighQuery(output: Float32Array, vector: Float32Array): void {
  for (let at = 0; at < vector.length; at++) {
    vector[at] = (output[at] as number) * (vector[at] as number);
  }
}

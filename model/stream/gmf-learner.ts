import { FactorTable } from '../factor-table.ts';
import type { Kernel, KernelFactory, Pointer } from '../kernel/kernel.ts';
import { SOFTMAX } from '../kernel/layout.ts';
import { drawnRow } from '../kernel/plain-scalar.ts';
import { EventWindow } from './event-window.ts';
import { LatestItems } from './latest-items.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { prefixed, rowsTensor, tensorOf, unprefixed } from './learner-state.ts';
import type { RankingQuestion, StreamEvent, StreamLearner } from './stream-learner.ts';

/** How {@link GmfLearner} learns. */
export interface GmfStreamSettings {
  readonly dimensions: number;
  readonly learningRate: number;
  /** The step size of an item's bias; only an event itself moves biases, not one that is come back to. */
  readonly biasRate: number;
  readonly regularization: number;
  /** Items drawn beside that of an event, all equally likely. */
  readonly negatives: number;
  /** A user's newest items that the user's vector takes in. */
  readonly contextItemsMax: number;
  /** What each of them counts, relative to the one after it. */
  readonly fading: number;
  /** Earlier events that every event comes back to. */
  readonly revisits: number;
  /** The newest events, which those are drawn from. */
  readonly windowEventsMax: number;
  readonly initDeviation: number;
}

/** One set for all streams: found on the first halves of two (benchmarks/sweeps/). */
export const GMF_STREAM_SETTINGS: GmfStreamSettings = {
  dimensions: 32,
  learningRate: 0.05,
  biasRate: 0.2,
  regularization: 0.006,
  negatives: 64,
  contextItemsMax: 20,
  fading: 0.9,
  revisits: 4,
  windowEventsMax: 5_000,
  initDeviation: 0.1,
};

/** The two words that an item's first row is drawn from. */
export type ItemSeed = (itemRow: number) => readonly [number, number];

/** What a {@link GmfLearner} knows. */
export interface GmfParts {
  readonly users: FactorTable;
  readonly items: FactorTable;
  /** What an item adds to the vectors of users who had it lately, by item row. */
  readonly contexts: FactorTable;
  readonly latest: LatestItems;
  readonly window: EventWindow;
}

/** Listed items that are scored at a time. */
const SCORED_ROWS = 256;
const ITEM_SEED = 0x6974656d;
/** Tells the draws that choose what to come back to from those of an event's own negatives. */
const REVISIT_KEY = 0x76697369;

/**
 * Matrix factorization with a memory: a user's vector is a row of their own, zero at first, and a fading sum over their
 * newest items, scaled to equal length. Every event is a step of a softmax over its item and others drawn at random,
 * and comes back to a few earlier ones, each with the context that it had.
 */
export class GmfLearner implements StreamLearner, Capturable {
  readonly name = 'gmf';
  readonly settings: GmfStreamSettings;
  /** The tables and what else is learned, for who puts them away or shares them out. */
  readonly parts: GmfParts;
  readonly #kernel: Kernel;
  readonly #users: FactorTable;
  readonly #items: FactorTable;
  readonly #contexts: FactorTable;
  readonly #latest: LatestItems;
  readonly #window: EventWindow;
  readonly #seed: ItemSeed;
  readonly #learner: Pointer;
  readonly #contextRows: Pointer;
  readonly #weights: Pointer;
  /** Room for listed rows, and then their scores. */
  readonly #scored: Pointer;
  readonly #query: Float32Array;

  constructor(
    kernels: KernelFactory,
    settings: GmfStreamSettings = GMF_STREAM_SETTINGS,
    seed: ItemSeed = (itemRow) => [itemRow, ITEM_SEED],
  ) {
    const { dimensions, contextItemsMax, windowEventsMax } = settings;
    const kernel = kernels.create();
    this.settings = settings;
    this.#seed = seed;
    this.#kernel = kernel;
    this.#users = new FactorTable(kernel, { dimensions });
    this.#items = new FactorTable(kernel, { dimensions, extra: 1 });
    this.#contexts = new FactorTable(kernel, { dimensions });
    this.#latest = new LatestItems(contextItemsMax);
    this.#window = new EventWindow(windowEventsMax, contextItemsMax);
    this.parts = {
      users: this.#users,
      items: this.#items,
      contexts: this.#contexts,
      latest: this.#latest,
      window: this.#window,
    };
    this.#contextRows = kernel.alloc(contextItemsMax * 4);
    this.#weights = placeWeights(kernel, settings);
    this.#scored = kernel.alloc(SCORED_ROWS * 8);
    this.#learner = this.#placeHeader();
    this.#query = new Float32Array(dimensions);
  }

  get items(): number {
    return this.#items.rows;
  }

  /** The users known. */
  get users(): number {
    return this.#users.rows;
  }

  /** Ranks by the product of the vectors and the biases; for an unknown user by the biases alone. */
  rank({ userRow, excluded }: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    this.#placeQuery(userRow);
    return this.#items.topN(this.#query, rows.length, excluded, rows, scores);
  }

  /** Writes the scores of the listed items for a user, as many as `rows` has. */
  scoreRows(userRow: number, rows: Uint32Array, out: Float32Array): void {
    this.#placeQuery(userRow);
    const kernel = this.#kernel;
    const query = this.#field(SOFTMAX.query);
    kernel.f32(query, this.#query.length).set(this.#query);
    for (let from = 0; from < rows.length; from += SCORED_ROWS) {
      const part = rows.subarray(from, from + SCORED_ROWS);
      kernel.words.set(part, this.#scored >>> 2);
      const scores = this.#scored + SCORED_ROWS * 4;
      kernel.functions.scoreRows(this.#items.header, query, this.#scored, part.length, scores);
      out.set(kernel.f32(scores, part.length), from);
    }
  }

  /** Writes a user's whole vector to `out`: their own row and what their newest items add to it. */
  query(userRow: number, out: Float32Array): void {
    this.#placeQuery(userRow);
    out.set(this.#query);
  }

  learn({ userRow, itemRow, timeMs, weight, positive, key0, key1 }: StreamEvent): void {
    this.grow(userRow + 1, itemRow + 1);
    const kernel = this.#kernel;
    const first = this.#contextRows >>> 2;
    const count = this.#latest.read(userRow, kernel.words, first);
    this.#step(count, weight, this.settings.biasRate);
    kernel.functions.softmaxEvent(this.#learner, userRow, itemRow, positive, key0, key1);
    if (positive === 0) return;
    const context = kernel.words.subarray(first, first + count);
    this.#window.add(userRow, itemRow, weight, context, count);
    this.#latest.add(userRow, itemRow, timeMs);
    this.#revisit(key0, key1);
  }

  capture(): LearnerState {
    const rows = this.items;
    const biases = new Float32Array(rows);
    this.#items.readColumn(0, 0, rows, biases);
    return {
      users: captureTable(this.#users),
      items: captureTable(this.#items),
      contexts: captureTable(this.#contexts),
      biases: rowsTensor(biases),
      ...prefixed('latest', this.#latest.capture()),
      ...prefixed('window', this.#window.capture()),
    };
  }

  /** Takes over a captured state; only a learner that knows nothing yet can, for rows are never taken away. */
  restore(state: LearnerState): void {
    if (this.items > 0 || this.users > 0) {
      throw new RangeError('a state is restored to a learner that knows nothing yet: make one');
    }
    restoreTable(this.#users, tensorOf(state, 'users', Float32Array));
    restoreTable(this.#items, tensorOf(state, 'items', Float32Array));
    restoreTable(this.#contexts, tensorOf(state, 'contexts', Float32Array));
    this.#items.writeColumn(0, 0, this.items, tensorOf(state, 'biases', Float32Array));
    this.#latest.restore(unprefixed('latest', state));
    this.#window.restore(unprefixed('window', state));
  }

  /** Makes the first users and items known, up to so many. */
  grow(users: number, items: number): void {
    while (this.users < users) this.#users.addZero();
    while (this.items < items) {
      const [seed0, seed1] = this.#seed(this.items);
      this.#items.add(seed0, seed1, this.settings.initDeviation);
      this.#contexts.addZero();
    }
    this.#latest.grow(users);
  }

  /** Makes rows of zeros known, to be filled by who restores them. */
  addRows(users: number, items: number): void {
    this.#users.addRows(users);
    this.#items.addRows(items);
    this.#contexts.addRows(items);
  }

  #revisit(key0: number, key1: number): void {
    const { functions, words } = this.#kernel;
    const window = this.#window;
    for (let number = 0; number < this.settings.revisits; number++) {
      const word = functions.draw(key0 ^ REVISIT_KEY, key1, number);
      const place = drawnRow(word, window.size);
      const count = window.context(place, words, this.#contextRows >>> 2);
      this.#step(count, window.weight(place), 0);
      const [user, item] = [window.user(place), window.item(place)];
      // The word keys the negatives, so that each is come back to with others than it had.
      functions.softmaxEvent(this.#learner, user, item, 1, word, key1 ^ REVISIT_KEY);
    }
  }

  /** Sets what the next step reads: its rates, and how much of the context's room is taken. */
  #step(contextCount: number, weight: number, biasRate: number): void {
    const { words, floats } = this.#kernel;
    const { learningRate, regularization, contextItemsMax } = this.settings;
    const header = this.#learner >>> 2;
    const rate = learningRate * weight;
    floats[header + SOFTMAX.rate] = rate;
    floats[header + SOFTMAX.decay] = 1 - rate * regularization;
    floats[header + SOFTMAX.biasRate] = biasRate * weight;
    words[header + SOFTMAX.contextCount] = contextCount;
    words[header + SOFTMAX.contextWeights] = this.#weights + contextCount * contextItemsMax * 4;
  }

  #placeQuery(userRow: number): void {
    const kernel = this.#kernel;
    if (userRow < 0 || userRow >= this.users) {
      this.#query.fill(0);
      return;
    }
    this.#step(this.#latest.read(userRow, kernel.words, this.#contextRows >>> 2), 1, 0);
    kernel.functions.softmaxQuery(this.#learner, userRow);
    const { dimensions } = this.settings;
    const query = this.#field(SOFTMAX.query);
    for (let at = 0; at < dimensions; at++) {
      this.#query[at] = kernel.floats[(query >>> 2) + at] as number;
    }
  }

  #field(word: number): number {
    return this.#kernel.words[(this.#learner >>> 2) + word] as number;
  }

  #placeHeader(): Pointer {
    const kernel = this.#kernel;
    const { dimensions, negatives } = this.settings;
    const learner = kernel.alloc(SOFTMAX.words * 4);
    const room = (words: number): Pointer => kernel.alloc(words * 4);
    const fields: readonly (readonly [word: number, value: number])[] = [
      [SOFTMAX.users, this.#users.header],
      [SOFTMAX.items, this.#items.header],
      [SOFTMAX.contexts, this.#contexts.header],
      [SOFTMAX.negatives, negatives],
      [SOFTMAX.touched, room(1 + negatives)],
      [SOFTMAX.gains, room(1 + negatives)],
      [SOFTMAX.vectors, room(1 + negatives)],
      [SOFTMAX.dimensions, dimensions],
      [SOFTMAX.query, room(dimensions)],
      [SOFTMAX.gradient, room(dimensions)],
      [SOFTMAX.contextRows, this.#contextRows],
    ];
    // After all room is given out: growth replaces the view.
    for (const [word, value] of fields) kernel.words[(learner >>> 2) + word] = value;
    return learner;
  }
}

/** What each of a context's items counts, a row for every length of a context: fading, and of length 1 in all. */
function placeWeights(kernel: Kernel, { contextItemsMax, fading }: GmfStreamSettings): Pointer {
  const weights = kernel.alloc((contextItemsMax + 1) * contextItemsMax * 4);
  for (let count = 1; count <= contextItemsMax; count++) {
    let sum = 0;
    for (let at = 0; at < count; at++) sum += fading ** at;
    const first = (weights >>> 2) + count * contextItemsMax;
    for (let at = 0; at < count; at++) kernel.floats[first + at] = fading ** at / Math.sqrt(sum);
  }
  return weights;
}

function captureTable(table: FactorTable): LearnerState[string] {
  const rows = new Float32Array(table.rows * table.dimensions);
  table.readRows(0, table.rows, rows);
  return rowsTensor(rows, table.dimensions);
}

function restoreTable(table: FactorTable, rows: Float32Array): void {
  const count = rows.length / table.dimensions;
  if (!Number.isInteger(count))
    throw new RangeError('rows are of another length than settings say');
  if (count > 0) table.addRows(count);
  table.writeRows(0, count, rows);
}

import type { KernelFunctions } from './functions.ts';
import { SOFTMAX, TABLE } from './layout.ts';
import type { PlainMemory } from './plain-memory.ts';
import type { PlainProducts } from './plain-product.ts';
import { draw, drawnRow, exp, sigmoid } from './plain-scalar.ts';

const { fround } = Math;

/** One learner's header, resolved. */
class PlainSoftmax {
  readonly #memory: PlainMemory;
  readonly #products: PlainProducts;
  readonly #learner: number;
  readonly #users: number;
  readonly #items: number;
  readonly #contexts: number;
  readonly #query: number;
  readonly #bytes: number;
  readonly #decay: number;

  constructor(memory: PlainMemory, products: PlainProducts, learner: number) {
    this.#memory = memory;
    this.#products = products;
    this.#learner = learner;
    this.#users = memory.field(learner, SOFTMAX.users);
    this.#items = memory.field(learner, SOFTMAX.items);
    this.#contexts = memory.field(learner, SOFTMAX.contexts);
    this.#query = memory.field(learner, SOFTMAX.query);
    this.#bytes = memory.field(learner, SOFTMAX.dimensions) * 4;
    this.#decay = memory.float(learner + SOFTMAX.decay * 4);
  }

  /** The rows of the context, each with what it counts. */
  context(): [row: number, weight: number][] {
    const memory = this.#memory;
    const rows = memory.field(this.#learner, SOFTMAX.contextRows);
    const weights = memory.field(this.#learner, SOFTMAX.contextWeights);
    const count = memory.field(this.#learner, SOFTMAX.contextCount);
    return Array.from({ length: count }, (_, at) => [
      memory.field(rows, at),
      memory.float(weights + at * 4),
    ]);
  }

  placeQuery(user: number): void {
    const memory = this.#memory;
    const own = memory.vector(this.#users, user);
    for (let at = 0; at < this.#bytes; at += 4) {
      memory.setFloat(this.#query + at, memory.float(own + at));
    }
    for (const [row, weight] of this.context()) {
      const vector = memory.vector(this.#contexts, row);
      for (let at = 0; at < this.#bytes; at += 4) {
        const term = fround(weight * memory.float(vector + at));
        memory.setFloat(this.#query + at, memory.float(this.#query + at) + term);
      }
    }
  }

  /** The step's item rows, the positive first. */
  drawRows(item: number, target: number, key0: number, key1: number): number[] {
    const negatives = target > 0 ? this.#memory.field(this.#learner, SOFTMAX.negatives) : 0;
    const rows = this.#memory.field(this.#items, TABLE.rows);
    const drawn = [item];
    for (let number = 0; number < negatives; number++) {
      const row = drawnRow(draw(key0, key1, number), rows);
      if (row !== item) drawn.push(row);
    }
    return drawn;
  }

  /** What each row is wrong by: target − share. */
  errors(rows: readonly number[], target: number): number[] {
    const scores = rows.map((row) => this.#score(row));
    if (target <= 0) return [-sigmoid(scores[0] as number)];
    let best = scores[0] as number;
    for (const score of scores) if (score > best) best = score;
    const shares = scores.map((score) => exp(fround(score - best)));
    let sum = 0;
    for (const share of shares) sum = fround(sum + share);
    return shares.map((share, at) => fround((at === 0 ? 1 : 0) - fround(share / sum)));
  }

  /** Moves the rows' biases; returns what their vectors move by. */
  moveBiases(rows: readonly number[], errors: readonly number[]): number[] {
    const memory = this.#memory;
    const rate = memory.float(this.#learner + SOFTMAX.rate * 4);
    const biasRate = memory.float(this.#learner + SOFTMAX.biasRate * 4);
    return rows.map((row, at) => {
      const error = errors[at] as number;
      const bias = memory.biasAddress(this.#items, row);
      memory.setFloat(bias, memory.float(bias) + fround(biasRate * error));
      return fround(rate * error);
    });
  }

  /** Moves the rows' vectors, and notes what the user's moves by. */
  moveItems(rows: readonly number[], gains: readonly number[]): void {
    const memory = this.#memory;
    const gradient = memory.field(this.#learner, SOFTMAX.gradient);
    for (let at = 0; at < this.#bytes; at += 4) {
      const query = memory.float(this.#query + at);
      let sum = 0;
      for (const [number, row] of rows.entries()) {
        const q = memory.vector(this.#items, row) + at;
        const gain = gains[number] as number;
        const before = memory.float(q);
        sum = fround(sum + fround(gain * before));
        memory.setFloat(q, fround(this.#decay * before) + fround(gain * query));
      }
      memory.setFloat(gradient + at, sum);
    }
  }

  /** Moves the user's row and those of its context. */
  moveUser(user: number): void {
    this.#follow(this.#users, user, 1);
    for (const [row, weight] of this.context()) this.#follow(this.#contexts, row, weight);
  }

  note(rows: readonly number[]): void {
    const memory = this.#memory;
    for (const row of rows) memory.touch(this.#items, row);
    memory.words.set(rows, memory.field(this.#learner, SOFTMAX.touched) >>> 2);
  }

  #score(row: number): number {
    const q = this.#memory.vector(this.#items, row);
    const product = this.#products.dot(this.#query, q, this.#bytes / 4);
    return fround(product + this.#memory.bias(this.#items, row));
  }

  #follow(table: number, row: number, weight: number): void {
    const memory = this.#memory;
    const gradient = memory.field(this.#learner, SOFTMAX.gradient);
    const vector = memory.vector(table, row);
    for (let at = 0; at < this.#bytes; at += 4) {
      const kept = fround(this.#decay * memory.float(vector + at));
      memory.setFloat(vector + at, kept + fround(weight * memory.float(gradient + at)));
    }
    memory.touch(table, row);
  }
}

/** Binds the step of a sampled softmax to a memory. */
export function createPlainSoftmax(
  memory: PlainMemory,
  products: PlainProducts,
): Pick<KernelFunctions, 'softmaxEvent' | 'softmaxQuery'> {
  return {
    softmaxQuery(learner, user) {
      new PlainSoftmax(memory, products, learner).placeQuery(user);
    },
    softmaxEvent(learner, user, item, target, key0, key1) {
      const softmax = new PlainSoftmax(memory, products, learner);
      const rows = softmax.drawRows(item, target, key0, key1);
      softmax.placeQuery(user);
      const gains = softmax.moveBiases(rows, softmax.errors(rows, target));
      softmax.moveItems(rows, gains);
      softmax.moveUser(user);
      softmax.note(rows);
      return rows.length;
    },
  };
}

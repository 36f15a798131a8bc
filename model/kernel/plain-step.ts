import type { KernelFunctions } from './functions.ts';
import { LEARNER, TABLE } from './layout.ts';
import type { PlainMemory } from './plain-memory.ts';
import type { PlainProducts } from './plain-product.ts';
import { draw, drawnRow, sigmoid } from './plain-scalar.ts';

const { fround } = Math;

/** Binds the ISGD step to a memory. */
export function createPlainIsgd(
  memory: PlainMemory,
  { dot }: PlainProducts,
): Pick<KernelFunctions, 'isgdStep' | 'isgdSteps' | 'isgdEvents'> {
  function isgdStep(learner: number, p: number, q: number): void {
    const dimensions = memory.field(learner, LEARNER.dimensions);
    const rate = memory.float(learner + LEARNER.rate * 4);
    const keep = memory.float(learner + LEARNER.decay * 4);
    const gain = fround(rate * fround(1 - dot(p, q, dimensions)));
    for (let at = 0; at < dimensions * 4; at += 4) {
      const left = memory.float(p + at);
      const right = memory.float(q + at);
      memory.setFloat(p + at, fround(keep * left) + fround(gain * right));
      memory.setFloat(q + at, fround(keep * right) + fround(gain * left));
    }
  }
  function isgdSteps(learner: number, pairs: number, count: number): void {
    for (let at = 0; at < count * 2; at += 2) {
      isgdStep(learner, memory.field(pairs, at), memory.field(pairs, at + 1));
    }
  }
  return {
    isgdStep,
    isgdSteps,
    isgdEvents(learner, pairs, count) {
      const users = memory.field(learner, LEARNER.users);
      const items = memory.field(learner, LEARNER.items);
      for (let at = pairs >>> 2; at < (pairs >>> 2) + count * 2; at += 2) {
        const user = memory.words[at] as number;
        const item = memory.words[at + 1] as number;
        memory.words[at] = memory.vector(users, user);
        memory.words[at + 1] = memory.vector(items, item);
        memory.touch(users, user);
        memory.touch(items, item);
      }
      isgdSteps(learner, pairs, count);
    },
  };
}

/** One learner's headers, resolved. */
class PlainGmf {
  readonly #memory: PlainMemory;
  readonly #products: PlainProducts;
  readonly #learner: number;
  readonly #users: number;
  readonly #items: number;
  readonly #output: number;
  readonly #query: number;
  readonly #dimensions: number;
  readonly #rate: number;
  readonly #decay: number;

  constructor(memory: PlainMemory, products: PlainProducts, learner: number) {
    this.#memory = memory;
    this.#products = products;
    this.#learner = learner;
    this.#users = memory.field(learner, LEARNER.users);
    this.#items = memory.field(learner, LEARNER.items);
    this.#output = memory.field(learner, LEARNER.output);
    this.#query = memory.field(learner, LEARNER.query);
    this.#dimensions = memory.field(learner, LEARNER.dimensions);
    this.#rate = memory.float(learner + LEARNER.rate * 4);
    this.#decay = memory.float(learner + LEARNER.decay * 4);
  }

  /** Writes the user's query h∘p to the scratch that {@link score} reads. */
  placeQuery(user: number): void {
    const memory = this.#memory;
    const p = memory.vector(this.#users, user);
    for (let at = 0; at < this.#dimensions * 4; at += 4) {
      memory.setFloat(this.#query + at, memory.float(this.#output + at) * memory.float(p + at));
    }
  }

  score(item: number): number {
    const q = this.#memory.vector(this.#items, item);
    const product = this.#products.dot(this.#query, q, this.#dimensions);
    return fround(product + this.#memory.bias(this.#items, item));
  }

  /** The event's item rows, the positive first. */
  drawRows(item: number, target: number, key0: number, key1: number): number[] {
    const negatives = target > 0 ? this.#memory.field(this.#learner, LEARNER.negatives) : 0;
    const rows = this.#memory.field(this.#items, TABLE.rows);
    const drawn = [item];
    for (let number = 0; number < negatives; number++) {
      const row = drawnRow(draw(key0, key1, number), rows);
      if (row !== item) drawn.push(row);
    }
    return drawn;
  }

  /** The gain of a row from its score before the event; moves its bias. */
  gain(row: number, target: number): number {
    const memory = this.#memory;
    const bias = memory.biasAddress(this.#items, row);
    const gain = fround(this.#rate * fround(target - sigmoid(this.score(row))));
    memory.setFloat(bias, fround(this.#decay * memory.float(bias)) + gain);
    return gain;
  }

  /** Moves the user's vector and all the rows' vectors by the gains. */
  move(user: number, rows: readonly number[], gains: readonly number[]): void {
    const memory = this.#memory;
    const p = memory.vector(this.#users, user);
    const keep = this.#decay;
    for (let at = 0; at < this.#dimensions * 4; at += 4) {
      const query = memory.float(this.#query + at);
      let sum = 0;
      for (const [number, row] of rows.entries()) {
        const q = memory.vector(this.#items, row) + at;
        const gain = gains[number] as number;
        const before = memory.float(q);
        sum = fround(sum + fround(gain * before));
        memory.setFloat(q, fround(keep * before) + fround(gain * query));
      }
      const output = memory.float(this.#output + at);
      memory.setFloat(p + at, fround(keep * memory.float(p + at)) + fround(output * sum));
    }
  }

  touch(user: number, rows: readonly number[]): void {
    const memory = this.#memory;
    memory.touch(this.#users, user);
    for (const row of rows) memory.touch(this.#items, row);
    memory.words.set(rows, memory.field(this.#learner, LEARNER.touched) >>> 2);
  }
}

/** Binds the GMF event to a memory. */
export function createPlainGmf(
  memory: PlainMemory,
  products: PlainProducts,
): Pick<KernelFunctions, 'gmfEvent' | 'gmfScore'> {
  return {
    gmfScore(learner, user, item) {
      const gmf = new PlainGmf(memory, products, learner);
      gmf.placeQuery(user);
      return gmf.score(item);
    },
    gmfEvent(learner, user, item, target, key0, key1) {
      const gmf = new PlainGmf(memory, products, learner);
      const rows = gmf.drawRows(item, target, key0, key1);
      gmf.placeQuery(user);
      const gains = rows.map((row, number) => gmf.gain(row, number === 0 ? target : 0));
      gmf.move(user, rows, gains);
      gmf.touch(user, rows);
      return rows.length;
    },
  };
}

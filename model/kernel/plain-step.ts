import type { KernelFunctions } from './functions.ts';
import { LEARNER, TABLE } from './layout.ts';
import type { PlainMemory } from './plain-memory.ts';
import type { PlainProducts } from './plain-product.ts';
import { draw, drawnRow, sigmoid } from './plain-scalar.ts';

const { fround } = Math;

interface Step {
  readonly rate: number;
  readonly decay: number;
}

/** Binds the ISGD step to a memory. */
export function createPlainIsgd(
  memory: PlainMemory,
  { dot }: PlainProducts,
): Pick<KernelFunctions, 'isgdStep' | 'isgdEvent'> {
  function isgdStep(p: number, q: number, dimensions: number, rate: number, decay: number): void {
    const gain = fround(fround(rate) * fround(1 - dot(p, q, dimensions)));
    const keep = fround(decay);
    for (let at = 0; at < dimensions * 4; at += 4) {
      const left = memory.float(p + at);
      const right = memory.float(q + at);
      memory.setFloat(p + at, fround(keep * left) + fround(gain * right));
      memory.setFloat(q + at, fround(keep * right) + fround(gain * left));
    }
  }
  return {
    isgdStep,
    isgdEvent(learner, user, item, rate, decay) {
      const users = memory.field(learner, LEARNER.users);
      const items = memory.field(learner, LEARNER.items);
      const dimensions = memory.field(users, TABLE.dimensions);
      isgdStep(memory.vector(users, user), memory.vector(items, item), dimensions, rate, decay);
      memory.touch(users, user);
      memory.touch(items, item);
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
  readonly #dimensions: number;

  constructor(memory: PlainMemory, products: PlainProducts, learner: number) {
    this.#memory = memory;
    this.#products = products;
    this.#learner = learner;
    this.#users = memory.field(learner, LEARNER.users);
    this.#items = memory.field(learner, LEARNER.items);
    this.#output = memory.field(learner, LEARNER.output);
    this.#dimensions = memory.field(this.#users, TABLE.dimensions);
  }

  score(user: number, item: number): number {
    const memory = this.#memory;
    const p = memory.vector(this.#users, user);
    const q = memory.vector(this.#items, item);
    const product = this.#products.dotWeighed(this.#output, p, q, this.#dimensions);
    return fround(product + memory.bias(this.#items, item));
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
  gain(user: number, row: number, target: number, step: Step): number {
    const memory = this.#memory;
    const bias = memory.biasAddress(this.#items, row);
    const gain = fround(step.rate * fround(target - sigmoid(this.score(user, row))));
    memory.setFloat(bias, fround(step.decay * memory.float(bias)) + gain);
    return gain;
  }

  /** Moves the user's vector and all the rows' vectors by the gains. */
  move(user: number, rows: readonly number[], gains: readonly number[], step: Step): void {
    const memory = this.#memory;
    const p = memory.vector(this.#users, user);
    for (let at = 0; at < this.#dimensions * 4; at += 4) {
      const output = memory.float(this.#output + at);
      const left = memory.float(p + at);
      const weighed = fround(output * left);
      let moved = fround(step.decay * left);
      for (const [number, row] of rows.entries()) {
        const q = memory.vector(this.#items, row) + at;
        const gain = gains[number] as number;
        const before = memory.float(q);
        moved = fround(moved + fround(gain * fround(output * before)));
        memory.setFloat(q, fround(step.decay * before) + fround(gain * weighed));
      }
      memory.setFloat(p + at, moved);
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
    gmfScore: (learner, user, item) => new PlainGmf(memory, products, learner).score(user, item),
    gmfEvent(learner, user, item, target, rate, decay, key0, key1) {
      const gmf = new PlainGmf(memory, products, learner);
      const step = { rate: fround(rate), decay: fround(decay) };
      const rows = gmf.drawRows(item, target, key0, key1);
      const gains = rows.map((row, number) => gmf.gain(user, row, number === 0 ? target : 0, step));
      gmf.move(user, rows, gains, step);
      gmf.touch(user, rows);
      return rows.length;
    },
  };
}

import type { KernelFunctions, KernelMemory } from './functions.ts';
import { LEARNER, TABLE } from './layout.ts';
import { PlainMemory } from './plain-memory.ts';
import { draw, drawnRow, exp, seededValue, sigmoid } from './plain-scalar.ts';
import { createPlainSearch } from './plain-search.ts';
import { createPlainProducts } from './plain-product.ts';
import type { PlainProducts } from './plain-product.ts';

const { fround } = Math;

type Steps = Pick<KernelFunctions, 'isgdStep' | 'isgdEvent' | 'gmfEvent' | 'gmfScore'>;

function createIsgd(
  memory: PlainMemory,
  { dot }: PlainProducts,
): Pick<Steps, 'isgdStep' | 'isgdEvent'> {
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

function createGmf(
  memory: PlainMemory,
  products: PlainProducts,
): Pick<Steps, 'gmfEvent' | 'gmfScore'> {
  function gmfScore(learner: number, user: number, item: number): number {
    const users = memory.field(learner, LEARNER.users);
    const items = memory.field(learner, LEARNER.items);
    const h = memory.field(learner, LEARNER.output);
    const dimensions = memory.field(users, TABLE.dimensions);
    const p = memory.vector(users, user);
    const product = products.dotWeighed(h, p, memory.vector(items, item), dimensions);
    return fround(product + memory.bias(items, item));
  }

  function step(
    learner: number,
    user: number,
    item: number,
    target: number,
    rate: number,
    decay: number,
  ): void {
    const items = memory.field(learner, LEARNER.items);
    const users = memory.field(learner, LEARNER.users);
    const h = memory.field(learner, LEARNER.output);
    const p = memory.vector(users, user);
    const q = memory.vector(items, item);
    const score = gmfScore(learner, user, item);
    const gain = fround(fround(rate) * fround(target - sigmoid(score)));
    const keep = fround(decay);
    for (let at = 0; at < memory.field(users, TABLE.dimensions) * 4; at += 4) {
      const left = memory.float(p + at);
      const right = memory.float(q + at);
      const output = memory.float(h + at);
      memory.setFloat(p + at, fround(keep * left) + fround(gain * fround(output * right)));
      memory.setFloat(q + at, fround(keep * right) + fround(gain * fround(output * left)));
    }
    const bias = memory.biasAddress(items, item);
    memory.setFloat(bias, fround(keep * memory.float(bias)) + gain);
    memory.touch(items, item);
  }

  return {
    gmfScore,
    gmfEvent(learner, user, item, target, rate, decay, key0, key1) {
      const items = memory.field(learner, LEARNER.items);
      const touched = memory.field(learner, LEARNER.touched) >>> 2;
      const negatives = target > 0 ? memory.field(learner, LEARNER.negatives) : 0;
      const rows = memory.field(items, TABLE.rows);
      step(learner, user, item, target, rate, decay);
      memory.touch(memory.field(learner, LEARNER.users), user);
      memory.words[touched] = item;
      let count = 1;
      for (let number = 0; number < negatives; number++) {
        const row = drawnRow(draw(key0, key1, number), rows);
        if (row === item) continue;
        step(learner, user, row, 0, rate, decay);
        memory.words[touched + count] = row;
        count++;
      }
      return count;
    },
  };
}

/** Makes a memory with the plain twin of the WebAssembly kernel over it: the same operations in the same order. */
export function createPlainKernel(): { memory: KernelMemory; functions: KernelFunctions } {
  const memory = new PlainMemory();
  const products = createPlainProducts(memory);
  const functions: KernelFunctions = {
    dot: products.dot,
    exp,
    sigmoid,
    draw,
    seedRow(table, row, seed0, seed1, scale) {
      const vector = memory.vector(table, row);
      const dimensions = memory.field(table, TABLE.dimensions);
      for (let at = 0; at < dimensions; at++) {
        memory.setFloat(vector + at * 4, seededValue(seed0, seed1, at, scale));
      }
    },
    touch(table, row) {
      memory.touch(table, row);
    },
    takeTouched: (table, block, out) => memory.takeTouched(table, block, out),
    ...createIsgd(memory, products),
    ...createGmf(memory, products),
    ...createPlainSearch(memory, products),
  };
  return { memory, functions };
}

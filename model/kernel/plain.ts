import type { KernelFunctions, KernelMemory } from './functions.ts';
import { TABLE } from './layout.ts';
import { PlainMemory } from './plain-memory.ts';
import { draw, exp, seededValue, sigmoid } from './plain-scalar.ts';
import { createPlainCandidates } from './plain-candidates.ts';
import { createPlainFeatures } from './plain-features.ts';
import { createPlainSearch } from './plain-search.ts';
import { createPlainProducts } from './plain-product.ts';
import { createPlainRows } from './plain-rows.ts';
import { createPlainSoftmax } from './plain-softmax.ts';
import { createPlainGmf, createPlainIsgd } from './plain-step.ts';

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
    ...createPlainRows(memory),
    ...createPlainIsgd(memory, products),
    ...createPlainGmf(memory, products),
    ...createPlainSoftmax(memory, products),
    ...createPlainCandidates(memory),
    ...createPlainFeatures(memory, products),
    ...createPlainSearch(memory, products),
  };
  return { memory, functions };
}

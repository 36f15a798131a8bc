import type { KernelFunctions } from './functions.ts';
import { TABLE } from './layout.ts';
import type { PlainMemory } from './plain-memory.ts';
import type { PlainProducts } from './plain-product.ts';
import { exp } from './plain-scalar.ts';

const { fround } = Math;

/** Binds the arithmetic over rows of features to a memory. */
export function createPlainFeatures(
  memory: PlainMemory,
  { dot }: PlainProducts,
): Pick<KernelFunctions, 'scoreFeatures' | 'scoreRows' | 'softmaxGradient'> {
  /** Turns scores into e to the score less the best one; returns their sum. */
  function placeShares(scores: number, count: number): number {
    let best = -Infinity;
    for (let at = 0; at < count; at++) best = Math.max(best, memory.float(scores + at * 4));
    let sum = 0;
    for (let at = 0; at < count; at++) {
      const share = exp(fround(memory.float(scores + at * 4) - best));
      memory.setFloat(scores + at * 4, share);
      sum = fround(sum + share);
    }
    return sum;
  }
  return {
    scoreFeatures(features, count, width, weights, out) {
      for (let number = 0; number < count; number++) {
        memory.setFloat(out + number * 4, dot(features + number * width * 4, weights, width));
      }
    },
    scoreRows(table, query, rows, count, out) {
      const dimensions = memory.field(table, TABLE.dimensions);
      for (let number = 0; number < count; number++) {
        const row = memory.field(rows, number);
        const product = dot(query, memory.vector(table, row), dimensions);
        memory.setFloat(out + number * 4, product + memory.bias(table, row));
      }
    },
    softmaxGradient(features, count, width, scores, wanted, out) {
      const total = placeShares(scores, count);
      for (let at = 0; at < width; at++) {
        let sum = 0;
        for (let number = 0; number < count; number++) {
          const value = memory.float(features + (number * width + at) * 4);
          sum = fround(sum + fround(memory.float(scores + number * 4) * value));
        }
        const own = memory.float(features + (wanted * width + at) * 4);
        memory.setFloat(out + at * 4, own - fround(sum / total));
      }
    },
  };
}

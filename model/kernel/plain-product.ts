import type { PlainMemory } from './plain-memory.ts';

const { fround } = Math;

/** Sums of products in the WebAssembly kernel's lane order. */
export interface PlainProducts {
  readonly dot: (a: number, b: number, dimensions: number) => number;
}

/** Sums `term(i)` over all dimensions: lanes of four in four accumulators, then (0 + 1) + (2 + 3) over both. */
function sumInLanes(dimensions: number, term: (at: number) => number): number {
  const lanes = [0, 0, 0, 0];
  const whole = dimensions - (dimensions % 16);
  for (let lane = 0; lane < 4; lane++) {
    const sums: [number, number, number, number] = [0, 0, 0, 0];
    for (let at = lane; at < whole; at += 16) {
      sums[0] = fround(sums[0] + term(at));
      sums[1] = fround(sums[1] + term(at + 4));
      sums[2] = fround(sums[2] + term(at + 8));
      sums[3] = fround(sums[3] + term(at + 12));
    }
    for (let at = whole + lane; at < dimensions; at += 4) sums[0] = fround(sums[0] + term(at));
    lanes[lane] = fround(fround(sums[0] + sums[1]) + fround(sums[2] + sums[3]));
  }
  const [lane0, lane1, lane2, lane3] = lanes as [number, number, number, number];
  return fround(fround(lane0 + lane1) + fround(lane2 + lane3));
}

/** Binds the products to a memory. */
export function createPlainProducts(memory: Pick<PlainMemory, 'float'>): PlainProducts {
  return {
    dot(a, b, dimensions) {
      return sumInLanes(dimensions, (at) =>
        fround(memory.float(a + at * 4) * memory.float(b + at * 4)),
      );
    },
  };
}

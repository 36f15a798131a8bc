import type { IndexInput } from '../../projections/index-release.ts';
import { SeededRandom } from '../doubles/seeded-random.ts';

/** A partition's worth of random rows and queries; item k has the id `item-k`. */
export function indexInput(options: {
  items: number;
  dimensions?: number;
  partition?: number;
  queries?: number;
  seed?: number;
}): IndexInput {
  const { items, dimensions = 8, partition = 0, queries = 20, seed = 1 } = options;
  const random = new SeededRandom(seed);
  const columns = dimensions + 1;
  const rows = Float32Array.from({ length: items * columns }, () => random.next() - 0.5);
  const asked = Float32Array.from({ length: queries * columns }, () => random.next() - 0.5);
  for (let query = 0; query < queries; query += 1) asked[query * columns + dimensions] = 1;
  return {
    version: 'v1',
    partition,
    sequence: items - 1,
    dimensions,
    ids: Array.from({ length: items }, (_, item) => `item-${item}`),
    rows,
    queries: asked,
  };
}

/** The labels of the k rows of the greatest inner product with a query, by brute force. */
export function bestLabels(input: IndexInput, query: Float32Array, k: number): number[] {
  const columns = input.dimensions + 1;
  const scored = input.ids.map((_, label) => {
    let score = 0;
    for (const [at, value] of query.entries()) score += value * input.rows[label * columns + at]!;
    return { label, score };
  });
  scored.sort((a, b) => b.score - a.score || a.label - b.label);
  return scored.slice(0, k).map(({ label }) => label);
}

/** Query number `at` of an input. */
export function queryOf(input: IndexInput, at: number): Float32Array {
  const columns = input.dimensions + 1;
  return input.queries.slice(at * columns, (at + 1) * columns);
}

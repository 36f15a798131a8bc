import type { ModelDelta } from '../model/delta.ts';
import type { ItemCatalogue } from '../projections/items.ts';

/** How large a made-up state is. */
export interface WorldSize {
  readonly items: number;
  readonly users: number;
  readonly dimensions: number;
  /** Items that each user has seen. */
  readonly seen: number;
  /** Tastes that items and users gather around; vectors are their mixtures with noise. */
  readonly tastes?: number;
}

/** A seeded stream of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Makes a whole delta of clustered vectors, as factors of real interactions are. */
export function randomWhole(size: WorldSize): ModelDelta {
  const random = seededRandom(42);
  const { items, users, dimensions, seen } = size;
  const tastes = size.tastes ?? 64;
  const centres = normal(random, tastes * dimensions, 0.3);
  const around = (rows: number): Float32Array => {
    const vectors = normal(random, rows * dimensions, 0.15);
    for (let row = 0; row < rows; row += 1) {
      const taste = Math.floor(random() * tastes);
      for (let at = 0; at < dimensions; at += 1) {
        const index = row * dimensions + at;
        vectors[index] = (vectors[index] ?? 0) + (centres[taste * dimensions + at] ?? 0);
      }
    }
    return vectors;
  };
  return {
    version: 'v1',
    partition: 0,
    from: -1,
    to: users * seen - 1,
    whole: true,
    dimensions,
    output: new Float32Array(dimensions).fill(1),
    userRowsBefore: 0,
    newUsers: Uint8Array.from({ length: users * 16 }, () => Math.floor(random() * 256)),
    userRows: Uint32Array.from({ length: users }, (_, row) => row),
    userVectors: around(users),
    userEvents: new Uint32Array(users).fill(seen),
    userPositives: new Uint32Array(users).fill(seen),
    userTimeMs: new Float64Array(users),
    itemRowsBefore: 0,
    newItems: Array.from({ length: items }, (_, row) => `item-${row}`),
    itemRows: Uint32Array.from({ length: items }, (_, row) => row),
    itemVectors: around(items),
    itemBias: normal(random, items, 0.3),
    itemPopularity: Float64Array.from({ length: items }, () => random() * 10),
    seenUsers: Uint32Array.from({ length: users * seen }, (_, at) => Math.floor(at / seen)),
    seenItems: Uint32Array.from({ length: users * seen }, (_, at) =>
      Math.floor((((at * 7_919) % items) + Math.floor(at / seen)) % items),
    ),
    deadLetters: [],
  };
}

/** The surrogate of a row as hex. */
export function hexOf(surrogates: Uint8Array, row: number): string {
  return Buffer.from(surrogates.subarray(row * 16, row * 16 + 16)).toString('hex');
}

/** A catalogue without items. */
export const emptyCatalogue: ItemCatalogue = {
  position: -1 as ItemCatalogue['position'],
  size: 0,
  withdrawn: new Set(),
  withdrawals: 0,
  titles: new Map(),
  title: () => undefined,
  isWithdrawn: () => false,
  metadata: () => Promise.resolve(undefined),
  async *all() {
    yield* await Promise.resolve([]);
  },
  onPublished: () => undefined,
  apply: () => Promise.resolve(),
  onAdvance: () => undefined,
  drop: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

function normal(random: () => number, length: number, deviation: number): Float32Array {
  return Float32Array.from(
    { length },
    () => (random() + random() + random() + random() - 2) * Math.sqrt(3) * deviation,
  );
}

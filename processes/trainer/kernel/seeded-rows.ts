import { draw, seededValue } from '../../../model/kernel/plain-scalar.ts';
import { seedScale } from '../../../model/kernel/layout.ts';

/** What a seed's streams are for: equal numbers of different purposes draw different words. */
export const STREAM = { users: 1, items: 2, order: 3, deal: 4 } as const;

/** Two words that key a stream of draws. */
export function streamKey(seed: number, purpose: number, number: number): [number, number] {
  const first = draw(seed | 0, purpose, number);
  return [first >>> 0, draw(first, seed | 0, number) >>> 0];
}

/** Fills rows from the seed, near normal, each row by its number alone. */
export function seedRows(
  rows: Float32Array,
  dimensions: number,
  key: { readonly seed: number; readonly purpose: number },
  deviation: number,
): void {
  const scale = seedScale(deviation);
  for (let row = 0; row * dimensions < rows.length; row += 1) {
    const [key0, key1] = streamKey(key.seed, key.purpose, row);
    for (let at = 0; at < dimensions; at += 1) {
      rows[row * dimensions + at] = seededValue(key0, key1, at, scale);
    }
  }
}

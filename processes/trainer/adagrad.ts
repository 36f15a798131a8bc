import type { Factors } from './factors.ts';

/** Keeps the first steps of a row small, for its memory of gradients starts at nothing. */
const SQUARES_FLOOR = 1e-8;

/**
 * Steps the rows that a batch touched, by Adagrad with one memory a row: a step costs what the batch costs, and
 * `gradients` holds one row for each of `rows`. `counts` scales the decay of a row by how often it was touched.
 */
export function stepRows(
  factors: Factors,
  rows: Uint32Array,
  gradients: Float32Array,
  counts: Float32Array,
  rates: { readonly learning: number; readonly decay: number },
): void {
  const { values, squares, width } = factors;
  for (let slot = 0; slot < rows.length; slot += 1) {
    const row = rows[slot] as number;
    const decay = rates.decay * (counts[slot] as number);
    let sum = 0;
    for (let at = 0; at < width; at += 1) {
      const gradient =
        (gradients[slot * width + at] as number) + decay * (values[row * width + at] as number);
      gradients[slot * width + at] = gradient;
      sum += gradient * gradient;
    }
    squares[row] = (squares[row] as number) + sum / width;
    const rate = rates.learning / Math.sqrt(squares[row] + SQUARES_FLOOR);
    for (let at = 0; at < width; at += 1) {
      const before = values[row * width + at] as number;
      values[row * width + at] = before - rate * (gradients[slot * width + at] as number);
    }
  }
}

/**
 * Splits a vector along others by least squares: w = Σ aⱼ·qⱼ + rest. Whatever the others are, the shares
 * aⱼ·(qⱼ·x) and what is left of w·x sum to w·x.
 */
export class DirectionSplit {
  readonly #along: readonly Float32Array[];
  readonly #amounts: Float64Array;

  constructor(whole: Float32Array, along: readonly Float32Array[]) {
    this.#along = along;
    const count = along.length;
    const products = along.map((one) => Float64Array.from(along, (other) => dot(one, other)));
    const size = products.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
    // Items that point the same way leave it open who has which share: a little of a ridge settles it.
    products.forEach(
      (row, at) => (row[at] = (row[at] ?? 0) + (size * RIDGE) / count + Number.MIN_VALUE),
    );
    this.#amounts = solve(
      products,
      Float64Array.from(along, (one) => dot(one, whole)),
    );
  }

  /** What each direction has of the whole's product with another vector, in the order given. */
  shares(other: Float32Array): readonly number[] {
    return this.#along.map((one, at) => (this.#amounts[at] ?? 0) * dot(one, other));
  }
}

const RIDGE = 1e-6;

/** The inner product in 64 bits. */
export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < left.length; at += 1) sum += (left[at] ?? 0) * (right[at] ?? 0);
  return sum;
}

/** Solves a small system of a symmetric, positive matrix by elimination. */
function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const count = right.length;
  for (let pivot = 0; pivot < count; pivot += 1) {
    const row = matrix[pivot] ?? new Float64Array(0);
    for (let below = pivot + 1; below < count; below += 1) {
      const other = matrix[below] ?? new Float64Array(0);
      const factor = (other[pivot] ?? 0) / (row[pivot] ?? 1);
      for (let at = pivot; at < count; at += 1)
        other[at] = (other[at] ?? 0) - factor * (row[at] ?? 0);
      right[below] = (right[below] ?? 0) - factor * (right[pivot] ?? 0);
    }
  }
  const found = new Float64Array(count);
  for (let at = count - 1; at >= 0; at -= 1) {
    const row = matrix[at] ?? new Float64Array(0);
    let sum = right[at] ?? 0;
    for (let after = at + 1; after < count; after += 1)
      sum -= (row[after] ?? 0) * (found[after] ?? 0);
    found[at] = sum / (row[at] ?? 1);
  }
  return found;
}

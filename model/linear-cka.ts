/** Rows of vectors, one after the other. */
export interface VectorRows {
  readonly rows: Float32Array;
  readonly dimensions: number;
}

/**
 * Linear centred kernel alignment of two sets of vectors of the same things, row by row (Kornblith et al., ICML 2019):
 * 1 where one is the other turned, mirrored, moved or scaled, towards 0 where they have nothing in common. They may have
 * different numbers of dimensions. Undefined where there are fewer than two rows, or all rows of one are the same.
 */
export function linearCka(left: VectorRows, right: VectorRows): number | undefined {
  const count = left.rows.length / left.dimensions;
  if (count !== right.rows.length / right.dimensions) {
    throw new RangeError('both sides need a vector of each thing');
  }
  if (count < 2) return undefined;
  const a = centred(left, count);
  const b = centred(right, count);
  const together = squaredProduct(a, left.dimensions, b, right.dimensions, count);
  const alone =
    Math.sqrt(squaredProduct(a, left.dimensions, a, left.dimensions, count)) *
    Math.sqrt(squaredProduct(b, right.dimensions, b, right.dimensions, count));
  return alone === 0 ? undefined : together / alone;
}

function centred({ rows, dimensions }: VectorRows, count: number): Float64Array {
  const moved = Float64Array.from(rows);
  for (let column = 0; column < dimensions; column += 1) {
    let sum = 0;
    for (let at = column; at < moved.length; at += dimensions) sum += moved[at] as number;
    for (let at = column; at < moved.length; at += dimensions) {
      moved[at] = (moved[at] as number) - sum / count;
    }
  }
  return moved;
}

/** The squared Frobenius norm of the transposed left times the right. */
function squaredProduct(
  left: Float64Array,
  leftWidth: number,
  right: Float64Array,
  rightWidth: number,
  count: number,
): number {
  let total = 0;
  for (let i = 0; i < leftWidth; i += 1) {
    for (let j = 0; j < rightWidth; j += 1) {
      let sum = 0;
      for (let row = 0; row < count; row += 1) {
        sum += (left[row * leftWidth + i] as number) * (right[row * rightWidth + j] as number);
      }
      total += sum * sum;
    }
  }
  return total;
}

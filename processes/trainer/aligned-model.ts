import type { BatchModel, TrainingPairs } from '../../model/batch/batch-trainer.ts';

/** Steps towards a rotation: each brings what was a hundredth of the largest part nearer by half as much again. */
const STEPS = 48;

/**
 * Turns a model, whose scores stay as they are, to where another stands: its items lie as near to the other's as a
 * rotation brings them, those that were chosen often counting more, and the lengths of users and items are in the
 * other's ratio. What is known of rows of the other then goes for its own.
 */
export function alignTo(model: BatchModel, other: BatchModel, pairs: TrainingPairs): BatchModel {
  const { dimensions: width } = model;
  const rotation = rotationOf(correlation(model, other, pairs), width);
  const stretch = ratio(other) / ratio(model);
  const factor = Number.isFinite(stretch) && stretch > 0 ? Math.sqrt(stretch) : 1;
  return {
    ...model,
    userVectors: turned(model.userVectors, rotation, width, factor),
    itemVectors: turned(model.itemVectors, rotation, width, 1 / factor),
  };
}

/** How much longer users' vectors are than items'. */
function ratio({ userVectors, itemVectors }: BatchModel): number {
  return rootMeanSquare(userVectors) / rootMeanSquare(itemVectors);
}

/** Sums the outer products of the items' rows in both models, as often as each was chosen. */
function correlation(model: BatchModel, other: BatchModel, pairs: TrainingPairs): Float64Array {
  const { dimensions: width, itemVectors } = model;
  const counts = new Float64Array(pairs.items);
  for (const row of pairs.itemRows) counts[row] = (counts[row] as number) + 1;
  const sums = new Float64Array(width * width);
  for (let item = 0; item < pairs.items; item += 1) {
    for (let from = 0; from < width; from += 1) {
      const value = (counts[item] as number) * (itemVectors[item * width + from] as number);
      for (let to = 0; to < width; to += 1) {
        const at = from * width + to;
        sums[at] = (sums[at] as number) + value * (other.itemVectors[item * width + to] as number);
      }
    }
  }
  return sums;
}

/**
 * The orthogonal matrix nearest to this one, by the iteration of Newton and Schulz, X ← (3X − XXᵀX)/2, which needs
 * no inverse: directions in which the matrix is zero stay zero.
 */
function rotationOf(matrix: Float64Array, width: number): Float64Array {
  let length = 0;
  for (const value of matrix) length += value * value;
  if (length === 0) return identity(width);
  let found = matrix.map((value) => value / Math.sqrt(length));
  for (let step = 0; step < STEPS; step += 1) {
    const square = product(transposed(found, width), found, width);
    const cube = product(found, square, width);
    found = found.map((value, at) => 1.5 * value - 0.5 * (cube[at] as number));
  }
  return found;
}

function identity(width: number): Float64Array {
  const matrix = new Float64Array(width * width);
  for (let at = 0; at < width; at += 1) matrix[at * width + at] = 1;
  return matrix;
}

function transposed(matrix: Float64Array, width: number): Float64Array {
  return matrix.map((_, at) => matrix[(at % width) * width + Math.floor(at / width)] as number);
}

function product(left: Float64Array, right: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width * width);
  for (let row = 0; row < width; row += 1) {
    for (let between = 0; between < width; between += 1) {
      const value = left[row * width + between] as number;
      for (let column = 0; column < width; column += 1) {
        const at = row * width + column;
        sums[at] = (sums[at] as number) + value * (right[between * width + column] as number);
      }
    }
  }
  return sums;
}

function turned(
  rows: Float32Array,
  rotation: Float64Array,
  width: number,
  factor: number,
): Float32Array {
  const out = new Float32Array(rows.length);
  for (let first = 0; first < rows.length; first += width) {
    for (let to = 0; to < width; to += 1) {
      let sum = 0;
      for (let from = 0; from < width; from += 1) {
        sum += (rows[first + from] as number) * (rotation[from * width + to] as number);
      }
      out[first + to] = sum * factor;
    }
  }
  return out;
}

function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / Math.max(1, values.length));
}

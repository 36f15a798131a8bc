import { PANEL } from './training-layout.ts';

const { fround } = Math;

/** The place of an element of a symmetric matrix, on or below the diagonal or in its panel. */
export function placeOf(row: number, column: number): number {
  const panel = Math.floor(row / PANEL);
  return (panel * (panel + 1) * (PANEL / 2) + column) * PANEL + (row % PANEL);
}

/** Factors a matrix in place, and gives the inverses of L's diagonal. */
export function factor(matrix: Float32Array, width: number): Float32Array {
  const inverses = new Float32Array(width);
  for (let column = 0; column < width; column += 1) {
    for (let row = column; row < width; row += 1) {
      let value = matrix[placeOf(row, column)] as number;
      for (let at = 0; at < column; at += 1) {
        const product =
          (matrix[placeOf(row, at)] as number) * (matrix[placeOf(column, at)] as number);
        value = fround(value - fround(product));
      }
      if (row === column) inverses[column] = 1 / fround(Math.sqrt(value));
      matrix[placeOf(row, column)] = value * (inverses[column] as number);
    }
  }
  return inverses;
}

/** Replaces b by the x of matrix · x = b, where the matrix is factored. */
export function solveFactored(matrix: Float32Array, inverses: Float32Array, b: Float32Array): void {
  forward(matrix, inverses, b);
  for (let first = b.length - PANEL; first >= 0; first -= PANEL) {
    solvePanel(matrix, inverses, b, first);
    for (let row = 0; row < first; row += 1) {
      const lanes = [0, 1, 2, 3].map((lane) =>
        fround(termOf(matrix, b, first + lane, row) + termOf(matrix, b, first + 4 + lane, row)),
      ) as [number, number, number, number];
      const sum = fround(fround(lanes[0] + lanes[2]) + fround(lanes[1] + lanes[3]));
      b[row] = (b[row] as number) - sum;
    }
  }
}

function termOf(matrix: Float32Array, x: Float32Array, row: number, column: number): number {
  return fround((matrix[placeOf(row, column)] as number) * (x[row] as number));
}

function forward(matrix: Float32Array, inverses: Float32Array, b: Float32Array): void {
  for (let row = 0; row < b.length; row += 1) {
    let value = b[row] as number;
    for (let at = 0; at < row; at += 1) {
      value = fround(value - fround((matrix[placeOf(row, at)] as number) * (b[at] as number)));
    }
    b[row] = value * (inverses[row] as number);
  }
}

/** Solves the eight rows of a panel among themselves, the last first. */
function solvePanel(
  matrix: Float32Array,
  inverses: Float32Array,
  b: Float32Array,
  first: number,
): void {
  for (let row = first + PANEL - 1; row >= first; row -= 1) {
    let value = b[row] as number;
    for (let at = row + 1; at < first + PANEL; at += 1) {
      value = fround(value - termOf(matrix, b, at, row));
    }
    b[row] = value * (inverses[row] as number);
  }
}

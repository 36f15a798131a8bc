import { factor, placeOf, solveFactored } from './plain-cholesky.ts';
import { createPlainProducts } from './plain-product.ts';
import type { PlainViews } from './plain-views.ts';
import type { TrainingFunctions } from './training-functions.ts';
import { ALS, PANEL, matrixBytes } from './training-layout.ts';

const { fround } = Math;

/** Adds a vector's products with itself to the panels from `from` to `to`. */
function addProducts(matrix: Float32Array, vector: Float32Array, from: number, to: number): void {
  for (let row = from * PANEL; row < to * PANEL; row += 1) {
    const end = (Math.floor(row / PANEL) + 1) * PANEL;
    for (let column = 0; column < end; column += 1) {
      const at = placeOf(row, column);
      const product = fround((vector[row] ?? 0) * (vector[column] ?? 0));
      matrix[at] = (matrix[at] as number) + product;
    }
  }
}

/** The header of half an epoch, resolved. */
class PlainHalf {
  readonly width: number;
  readonly gram: Float32Array;
  readonly #views: PlainViews;
  readonly #header: number;
  readonly #dimensions: number;

  constructor(views: PlainViews, header: number) {
    this.#views = views;
    this.#header = header;
    this.#dimensions = views.field(header, ALS.dimensions);
    this.width = views.field(header, ALS.width);
    this.gram = views.view(views.field(header, ALS.gram), matrixBytes(this.width) / 4);
  }

  get fixedRows(): number {
    return this.#views.field(this.#header, ALS.fixedRows);
  }

  /** A row of the fixed side. */
  fixed(row: number): Float32Array {
    return this.#row(ALS.fixed, row);
  }

  /** A row of the solved side. */
  solved(row: number): Float32Array {
    return this.#row(ALS.solved, row);
  }

  /** The fixed rows that a solved row chose. */
  chosen(row: number): Float32Array[] {
    const starts = this.#views.field(this.#header, ALS.starts) + 4 * row;
    const columns = this.#views.field(this.#header, ALS.columns);
    const [from, to] = [this.#views.word(starts), this.#views.word(starts + 4)];
    const rowAt = (at: number): Float32Array => this.fixed(this.#views.word(columns + 4 * at));
    return Array.from({ length: to - from }, (_, number) => rowAt(from + number));
  }

  /** The matrix of a row before what it chose is added. */
  startMatrix(row: number): Float32Array {
    const share = this.#views.floatField(this.#header, ALS.unobserved);
    const matrix = this.gram.map((value) => share * value);
    const own = this.#views.float(this.#views.field(this.#header, ALS.regularization) + 4 * row);
    for (let at = 0; at < this.width; at += 1) {
      matrix[placeOf(at, at)] = (matrix[placeOf(at, at)] as number) + own;
    }
    return matrix;
  }

  #row(side: number, row: number): Float32Array {
    const table = this.#views.field(this.#header, side);
    return this.#views.view(table + 4 * row * this.#dimensions, this.#dimensions);
  }
}

/** Binds alternating least squares to a memory. */
export function createPlainAls(views: PlainViews): Pick<TrainingFunctions, 'alsGram' | 'alsRows'> {
  const { dot } = createPlainProducts(views);

  function solveRow(half: PlainHalf, row: number, scratch: number): number {
    const { width } = half;
    const matrix = half.startMatrix(row);
    const b = views.view(scratch, width).fill(0);
    for (const vector of half.chosen(row)) {
      addProducts(matrix, vector, 0, width / PANEL);
      for (const [at, value] of vector.entries()) b[at] = (b[at] as number) + value;
    }
    const x = views.view(scratch + 4 * width, width);
    x.set(b);
    solveFactored(matrix, factor(matrix, width), x);
    const solved = half.solved(row);
    solved.set(x.subarray(0, solved.length));
    return dot(scratch, scratch + 4 * width, width);
  }

  return {
    alsGram(header, from, to) {
      const half = new PlainHalf(views, header);
      half.gram.fill(0, placeOf(from * PANEL, 0), placeOf(to * PANEL, 0));
      for (let row = 0; row < half.fixedRows; row += 1) {
        addProducts(half.gram, half.fixed(row), from, to);
      }
    },
    alsRows(header, from, to, scratch) {
      const half = new PlainHalf(views, header);
      const losses = views.field(header, ALS.losses) >>> 2;
      for (let row = from; row < to; row += 1) {
        views.floats[losses + row] = solveRow(half, row, scratch);
      }
    },
  };
}

import { takeMemory } from '../../../model/batch/batch-check.ts';
import type { TrainerMemory } from '../../../model/batch/batch-trainer.ts';

const MEAN_KEPT = 0.9;
const SQUARES_KEPT = 0.99;
const SQUARES_FLOOR = 1e-8;

/** A table of rows with the optimiser's memory: each row remembers its own steps alone. */
export class AdamTable {
  readonly values: Float32Array;
  readonly width: number;
  readonly #means: Float32Array;
  readonly #squares: Float32Array;
  readonly #steps: Uint32Array;

  /** Takes over the values: they change in place. */
  constructor(values: Float32Array, width: number) {
    this.values = values;
    this.width = width;
    this.#means = new Float32Array(values.length);
    this.#squares = new Float32Array(values.length);
    this.#steps = new Uint32Array(values.length / width);
  }

  /** Copies what is remembered, under a name. */
  memory(name: string): TrainerMemory {
    return {
      [`${name}.means`]: this.#means.slice(),
      [`${name}.squares`]: this.#squares.slice(),
      [`${name}.steps`]: this.#steps.slice(),
    };
  }

  /** Takes up what {@link memory} gave; throws an Error of code INVALID where it is of another table. */
  remember(name: string, memory: TrainerMemory): void {
    takeMemory(memory, `${name}.means`, this.#means);
    takeMemory(memory, `${name}.squares`, this.#squares);
    takeMemory(memory, `${name}.steps`, this.#steps);
  }

  /** Copies rows together. */
  gather(rows: Uint32Array): Float32Array {
    const { values, width } = this;
    const gathered = new Float32Array(rows.length * width);
    rows.forEach((row, slot) => {
      gathered.set(values.subarray(row * width, (row + 1) * width), slot * width);
    });
    return gathered;
  }

  /**
   * Steps the rows that a block touched, by Adam: a step costs what the block costs. The gradient gets each row's L2 by
   * `decays`, which pulls towards `centre`.
   */
  step(
    rows: Uint32Array,
    gradients: Float32Array,
    decays: Float32Array,
    rate: number,
    centre = 0,
  ): void {
    const { values, width } = this;
    for (let slot = 0; slot < rows.length; slot += 1) {
      const row = rows[slot] as number;
      const steps = (this.#steps[row] as number) + 1;
      this.#steps[row] = steps;
      const decay = decays[slot] as number;
      const ofMean = rate / (1 - MEAN_KEPT ** steps);
      const ofSquares = 1 / (1 - SQUARES_KEPT ** steps);
      for (let at = 0; at < width; at += 1) {
        const cell = row * width + at;
        const value = values[cell] as number;
        const gradient = (gradients[slot * width + at] as number) + decay * (value - centre);
        const mean = MEAN_KEPT * (this.#means[cell] as number) + (1 - MEAN_KEPT) * gradient;
        const square =
          SQUARES_KEPT * (this.#squares[cell] as number) + (1 - SQUARES_KEPT) * gradient * gradient;
        this.#means[cell] = mean;
        this.#squares[cell] = square;
        values[cell] = value - (ofMean * mean) / (Math.sqrt(ofSquares * square) + SQUARES_FLOOR);
      }
    }
  }
}

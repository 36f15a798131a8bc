import { NO_POPULARITY, addPopularity } from './popularity.ts';

const ROWS_MIN = 256;

/** Each item's forward-decayed log-weight by row (popularity.ts). */
export class ItemPopularity {
  readonly #halfLifeMs: number;
  #logWeights: Float64Array = new Float64Array(ROWS_MIN).fill(NO_POPULARITY);
  #rows = 0;

  constructor(halfLifeMs: number) {
    this.#halfLifeMs = halfLifeMs;
  }

  /** The log-weights of all rows; a view, valid until rows are added. */
  get logWeights(): Float64Array {
    return this.#logWeights.subarray(0, this.#rows);
  }

  /** Makes the first rows known, up to that many. */
  grow(rows: number): void {
    this.#rows = Math.max(this.#rows, rows);
    if (rows <= this.#logWeights.length) return;
    const wider = new Float64Array(Math.max(rows, this.#logWeights.length * 2)).fill(NO_POPULARITY);
    wider.set(this.#logWeights);
    this.#logWeights = wider;
  }

  /** Counts an event of a weight above 0. */
  add(row: number, timeMs: number, weight: number): void {
    const before = this.#logWeights[row] as number;
    this.#logWeights[row] = addPopularity(before, timeMs, weight, this.#halfLifeMs);
  }

  /** Sets an item's log-weight. */
  set(row: number, logWeight: number): void {
    if (!(row >= 0 && row < this.#rows)) {
      throw new RangeError(`row ${String(row)} is not one of ${String(this.#rows)}`);
    }
    this.#logWeights[row] = logWeight;
  }
}

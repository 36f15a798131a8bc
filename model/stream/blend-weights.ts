import { FEATURES, FIRST_WEIGHTS } from './blend-features.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';

/** Upper ends of the kinds of gap since the user's last event, milliseconds: same moment, minute, hour, day, week. */
const GAP_ENDS_MS = [0, 60_000, 3_600_000, 86_400_000, 7 * 86_400_000];
/** Upper ends of the kinds of user by their number of events. */
const COUNT_ENDS = [0, 2, 7, 19, 59];
const GAPS = GAP_ENDS_MS.length + 1;
const COUNTS = COUNT_ENDS.length + 1;
const WIDTH = FEATURES.count;

function kindOf(value: number, ends: readonly number[]): number {
  let kind = 0;
  while (kind < ends.length && value > (ends[kind] as number)) kind++;
  return kind;
}

/**
 * What the features count: a row for everybody, one for the kind of gap since the user's last event, and one for how
 * much is known of the user, summed.
 */
export class BlendWeights implements Capturable {
  readonly #rows = new Float32Array((1 + GAPS + COUNTS) * WIDTH);
  /** The sum that holds for the question at hand. */
  readonly current = new Float32Array(WIDTH);
  #gap = 0;
  #count = 0;

  constructor() {
    this.#rows.set(FIRST_WEIGHTS);
  }

  /** Sums the rows of a context: `gapMs` since the last of `count` events. */
  choose(gapMs: number, count: number): void {
    this.#gap = (1 + kindOf(gapMs, GAP_ENDS_MS)) * WIDTH;
    this.#count = (1 + GAPS + kindOf(count, COUNT_ENDS)) * WIDTH;
    const rows = this.#rows;
    for (let at = 0; at < WIDTH; at++) {
      const own = (rows[at] as number) + (rows[this.#gap + at] as number);
      this.current[at] = own + (rows[this.#count + at] as number);
    }
  }

  /** Moves the chosen context's rows, all of them alike. */
  move(gradient: Float32Array, rate: number): void {
    const rows = this.#rows;
    for (let at = 0; at < WIDTH; at++) {
      const step = (gradient[at] as number) * rate;
      rows[at] = (rows[at] as number) + step;
      rows[this.#gap + at] = (rows[this.#gap + at] as number) + step;
      rows[this.#count + at] = (rows[this.#count + at] as number) + step;
    }
  }

  /** All rows, one after the other: a view. */
  get rows(): Float32Array {
    return this.#rows;
  }

  capture(): LearnerState {
    return { rows: rowsTensor(this.#rows.slice(), WIDTH) };
  }

  restore(state: LearnerState): void {
    const rows = tensorOf(state, 'rows', Float32Array);
    if (rows.length !== this.#rows.length) throw new RangeError('weights are of other features');
    this.#rows.set(rows);
  }
}

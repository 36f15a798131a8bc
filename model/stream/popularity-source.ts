import type { Kernel, Pointer } from '../kernel/kernel.ts';
import { NO_POPULARITY, addPopularity } from '../popularity.ts';
import type { StateHasher } from '../state-hash.ts';
import { FEATURES, POPULARITY_SPEEDS } from './blend-features.ts';
import type { CandidateSet } from './candidate-set.ts';
import { KernelColumn } from './kernel-column.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';
import { RankedRows } from './ranked-rows.ts';

/** Speeds that propose their most popular items. */
const PROPOSING = [0, 1, 3, 4];
/** What stands of an item after the keys of its speeds. */
const FIRST = 6;
const LAST = 7;
const WIDTH = 8;
/** A half-life that no stream sees the end of. */
const FOREVER = 2 ** 60;

/** What is popular, at several speeds: half-lives by the stream's events and by its time. */
export class PopularitySource implements Capturable {
  readonly #kernel: Kernel;
  readonly #proposedMax: number;
  readonly #halfLives: readonly number[];
  readonly #ranked: readonly RankedRows[];
  #events = 0;
  #items = 0;
  /**
   * By item, 64-bit floats side by side, for a question reads them together: the keys that it is ranked by, the number of
   * events before its first, and the time of its last.
   */
  readonly #known: KernelColumn;
  /** What time it is for each speed, in its half-lives; the events so far; the time. */
  readonly #nows: Pointer;
  /** Room for rows that are proposed. */
  readonly #proposed: Pointer;

  /** The kernel is that of the candidates. */
  constructor(kernel: Kernel, proposedMax: number) {
    this.#kernel = kernel;
    this.#proposedMax = proposedMax;
    const byEvents = POPULARITY_SPEEDS.events.map((events) => Math.min(events, FOREVER));
    this.#halfLives = [...byEvents, ...POPULARITY_SPEEDS.ms];
    this.#ranked = this.#halfLives.map(() => new RankedRows(NO_POPULARITY));
    this.#known = new KernelColumn(kernel, WIDTH * 8);
    this.#nows = kernel.alloc(WIDTH * 8);
    this.#proposed = kernel.alloc(proposedMax * 4);
  }

  /** The items known. */
  get items(): number {
    return this.#items;
  }

  /** Makes items known. */
  grow(items: number): void {
    if (items <= this.#items) return;
    this.#known.grow(items);
    const { doubles } = this.#kernel;
    for (let row = this.#items; row < items; row++) {
      const at = this.#at(row);
      doubles.fill(NO_POPULARITY, at, at + FIRST);
      doubles[at + FIRST] = this.#events;
      doubles[at + LAST] = 0;
    }
    this.#items = items;
    for (const ranked of this.#ranked) ranked.grow(items);
  }

  /** Adds the most popular items to the candidates. */
  propose(candidates: CandidateSet): void {
    for (const speed of PROPOSING) {
      const ranked = this.#ranked[speed] as RankedRows;
      const end = Math.min(ranked.rows, this.#proposedMax);
      const { words, functions } = this.#kernel;
      const to = this.#proposed >>> 2;
      for (let place = 0; place < end; place++) words[to + place] = ranked.at(place);
      functions.proposeRows(candidates.header, this.#proposed, end);
    }
  }

  /** Says how popular each candidate is, and how old. */
  describe({ header }: CandidateSet, timeMs: number): void {
    const { doubles, functions } = this.#kernel;
    const nows = this.#nows >>> 3;
    // By number, not by entries(): each event would leave a dozen short-lived arrays behind.
    const halfLives = this.#halfLives;
    for (let speed = 0; speed < halfLives.length; speed++) {
      doubles[nows + speed] = this.#now(speed, timeMs) / (halfLives[speed] as number);
    }
    doubles[nows + FIRST] = this.#events;
    doubles[nows + LAST] = timeMs;
    const { popularity, age } = FEATURES;
    functions.describePopular(header, this.#known.pointer, this.#nows, popularity, age);
  }

  /** Counts an event. */
  learn(itemRow: number, timeMs: number, weight: number): void {
    const { doubles } = this.#kernel;
    const at = this.#at(itemRow);
    for (let speed = 0; speed < this.#ranked.length; speed++) {
      const ranked = this.#ranked[speed] as RankedRows;
      const key = ranked.key(itemRow);
      const halfLife = this.#halfLives[speed] as number;
      const time = this.#now(speed, timeMs);
      const raised = addPopularity(key, time, weight, halfLife);
      ranked.raise(itemRow, raised);
      doubles[at + speed] = raised;
    }
    doubles[at + LAST] = timeMs;
    this.#events++;
  }

  /** Hashes what is known of an item. */
  hashRow(hasher: StateHasher, row: number): void {
    for (const ranked of this.#ranked) hasher.number(ranked.key(row));
    hasher.number(this.#kernel.doubles[this.#at(row) + FIRST] as number);
    hasher.number(this.#kernel.doubles[this.#at(row) + LAST] as number);
  }

  /** The events counted. */
  get events(): number {
    return this.#events;
  }

  capture(): LearnerState {
    const keys = new Float64Array(this.items * this.#ranked.length);
    for (const [speed, ranked] of this.#ranked.entries()) {
      for (let row = 0; row < this.items; row++) keys[speed * this.items + row] = ranked.key(row);
    }
    return {
      events: rowsTensor(Float64Array.of(this.#events)),
      firsts: rowsTensor(this.#column(FIRST)),
      lasts: rowsTensor(this.#column(LAST)),
      keys: { shape: [this.#ranked.length, this.items], data: keys },
    };
  }

  /** Takes over a captured state; it must know nothing yet. */
  restore(state: LearnerState): void {
    const firsts = tensorOf(state, 'firsts', Float64Array);
    const keys = tensorOf(state, 'keys', Float64Array);
    if (this.items > 0 || keys.length !== firsts.length * this.#ranked.length) {
      throw new RangeError('popularity is restored whole, to a source that knows nothing yet');
    }
    const lasts = tensorOf(state, 'lasts', Float64Array);
    this.#items = firsts.length;
    this.#known.grow(this.#items);
    this.#events = tensorOf(state, 'events', Float64Array)[0] ?? 0;
    for (const [speed, ranked] of this.#ranked.entries()) {
      ranked.fill(keys.subarray(speed * firsts.length, (speed + 1) * firsts.length));
    }
    const { doubles } = this.#kernel;
    for (let row = 0; row < this.#items; row++) {
      const at = this.#at(row);
      for (const [speed, ranked] of this.#ranked.entries()) doubles[at + speed] = ranked.key(row);
      doubles[at + FIRST] = firsts[row] as number;
      doubles[at + LAST] = lasts[row] as number;
    }
  }

  #column(column: number): Float64Array {
    const { doubles } = this.#kernel;
    return Float64Array.from(
      { length: this.#items },
      (_, row) => doubles[this.#at(row) + column] as number,
    );
  }

  /** Where an item's first float stands among the kernel's. */
  #at(row: number): number {
    return (this.#known.pointer >>> 3) + row * WIDTH;
  }

  #now(speed: number, timeMs: number): number {
    return speed < POPULARITY_SPEEDS.events.length ? this.#events : timeMs;
  }
}

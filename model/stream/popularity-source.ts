import { NO_POPULARITY, addPopularity } from '../popularity.ts';
import type { StateHasher } from '../state-hash.ts';
import { FEATURES, POPULARITY_SPEEDS } from './blend-features.ts';
import type { CandidateSet } from './candidate-set.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { rowsTensor, tensorOf } from './learner-state.ts';
import { RankedRows } from './ranked-rows.ts';

/** Speeds that propose their most popular items. */
const PROPOSING = [0, 1, 3, 4];
/** A weight below 2 to the minus this counts as none. */
const FLOOR_LOG = 3.5;
/** Brings logarithms to a size that one rate of learning fits. */
const SCALE = 0.35;
/** Where the two ages are half of what they can be. */
const AGE_HALF_EVENTS = 1_000;
const IDLE_HALF_HOURS = 24;
const MS_PER_HOUR = 3_600_000;
/** A half-life that no stream sees the end of. */
const FOREVER = 2 ** 60;

/** What is popular, at several speeds: half-lives by the stream's events and by its time. */
export class PopularitySource implements Capturable {
  readonly #proposedMax: number;
  readonly #halfLives: readonly number[];
  readonly #ranked: readonly RankedRows[];
  #events = 0;
  #items = 0;
  /**
   * By item, side by side, for a question reads them together: the keys that it is ranked by, the number of events before
   * its first, and the time of its last.
   */
  #known = new Float64Array(0);
  readonly #width: number;
  readonly #first: number;
  readonly #last: number;
  /** What time it is for each speed, in its half-lives. */
  readonly #nows: Float64Array;

  constructor(proposedMax: number) {
    this.#proposedMax = proposedMax;
    const byEvents = POPULARITY_SPEEDS.events.map((events) => Math.min(events, FOREVER));
    this.#halfLives = [...byEvents, ...POPULARITY_SPEEDS.ms];
    this.#ranked = this.#halfLives.map(() => new RankedRows(NO_POPULARITY));
    this.#nows = new Float64Array(this.#halfLives.length);
    this.#first = this.#halfLives.length;
    this.#last = this.#first + 1;
    this.#width = this.#last + 1;
  }

  /** The items known. */
  get items(): number {
    return this.#items;
  }

  /** Makes items known. */
  grow(items: number): void {
    if (items <= this.#items) return;
    this.#widen(items);
    for (let row = this.#items; row < items; row++) {
      const at = row * this.#width;
      this.#known.fill(NO_POPULARITY, at, at + this.#first);
      this.#known[at + this.#first] = this.#events;
      this.#known[at + this.#last] = 0;
    }
    this.#items = items;
    for (const ranked of this.#ranked) ranked.grow(items);
  }

  /** Adds the most popular items to the candidates. */
  propose(candidates: CandidateSet): void {
    for (const speed of PROPOSING) {
      const ranked = this.#ranked[speed] as RankedRows;
      const end = Math.min(ranked.rows, this.#proposedMax);
      for (let place = 0; place < end; place++) candidates.slot(ranked.at(place));
    }
  }

  /** Says how popular each candidate is, and how old. */
  describe({ rows, features, size }: CandidateSet, timeMs: number): void {
    const speeds = this.#halfLives.length;
    const [known, nows, events] = [this.#known, this.#nows, this.#events];
    for (let speed = 0; speed < speeds; speed++) {
      nows[speed] = this.#now(speed, timeMs) / (this.#halfLives[speed] as number);
    }
    for (let slot = 0; slot < size; slot++) {
      const from = (rows[slot] as number) * this.#width;
      const to = slot * FEATURES.count;
      for (let speed = 0; speed < speeds; speed++) {
        const logWeight = (known[from + speed] as number) - (nows[speed] as number) + FLOOR_LOG;
        features[to + speed] = logWeight > 0 ? logWeight * SCALE : 0;
      }
      const age = events - (known[from + this.#first] as number);
      const idle = Math.max(0, timeMs - (known[from + this.#last] as number)) / MS_PER_HOUR;
      features[to + FEATURES.age] = age / (age + AGE_HALF_EVENTS);
      features[to + FEATURES.age + 1] = idle / (idle + IDLE_HALF_HOURS);
    }
  }

  /** Counts an event. */
  learn(itemRow: number, timeMs: number, weight: number): void {
    for (const [speed, ranked] of this.#ranked.entries()) {
      const key = ranked.key(itemRow);
      const halfLife = this.#halfLives[speed] as number;
      const time = this.#now(speed, timeMs);
      const raised = addPopularity(key, time, weight, halfLife);
      ranked.raise(itemRow, raised);
      this.#known[itemRow * this.#width + speed] = raised;
    }
    this.#known[itemRow * this.#width + this.#last] = timeMs;
    this.#events++;
  }

  /** Hashes what is known of an item. */
  hashRow(hasher: StateHasher, row: number): void {
    for (const ranked of this.#ranked) hasher.number(ranked.key(row));
    hasher.number(this.#known[row * this.#width + this.#first] as number);
    hasher.number(this.#known[row * this.#width + this.#last] as number);
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
      firsts: rowsTensor(this.#column(this.#first)),
      lasts: rowsTensor(this.#column(this.#last)),
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
    this.#widen(this.#items);
    this.#events = tensorOf(state, 'events', Float64Array)[0] ?? 0;
    for (const [speed, ranked] of this.#ranked.entries()) {
      ranked.fill(keys.subarray(speed * firsts.length, (speed + 1) * firsts.length));
    }
    for (let row = 0; row < this.#items; row++) {
      const at = row * this.#width;
      for (const [speed, ranked] of this.#ranked.entries()) {
        this.#known[at + speed] = ranked.key(row);
      }
      this.#known[at + this.#first] = firsts[row] as number;
      this.#known[at + this.#last] = lasts[row] as number;
    }
  }

  #column(column: number): Float64Array {
    return Float64Array.from(
      { length: this.#items },
      (_, row) => this.#known[row * this.#width + column] as number,
    );
  }

  #widen(items: number): void {
    const length = items * this.#width;
    if (length <= this.#known.length) return;
    const wider = new Float64Array(length * 2);
    wider.set(this.#known);
    this.#known = wider;
  }

  #now(speed: number, timeMs: number): number {
    return speed < POPULARITY_SPEEDS.events.length ? this.#events : timeMs;
  }
}

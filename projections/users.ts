import type { Sequence } from '../events/position.ts';
import { SURROGATE_BYTES } from '../events/surrogate.ts';
import type { ModelDelta } from '../model/delta.ts';
import { DeltaPosition } from './delta-position.ts';
import { SeenItems } from './seen-items.ts';
import { inRuns } from './steps.ts';
import type { Steps } from './steps.ts';
import { SurrogateIndex } from './surrogate-index.ts';

const SLAB_ROWS = 4096;
/** Users, and pairs of user and item, that one step folds. */
const STEP_ROWS_MAX = 4096;
const STEP_PAIRS_MAX = 16_384;

/** What is known of a user beside the vector. */
export interface UserFacts {
  /** Interactions so far. */
  readonly events: number;
  /** Positive ones among them: from the first on, the user's vector says something of their taste. */
  readonly positives: number;
  readonly seenItems: number;
  /** Time of the last interaction, Unix milliseconds. */
  readonly timeMs: number;
}

/** The users of one partition: surrogate → row, vector, seen item rows, counters. A fold of deltas. */
export class UsersProjection {
  readonly dimensions: number;
  readonly #position = new DeltaPosition();
  #index = new SurrogateIndex();
  #seen = new SeenItems();
  #slabs: Float32Array[] = [];
  #events = new Uint32Array(64);
  #positives = new Uint32Array(64);
  #timeMs = new Float64Array(64);
  #eventsTotal = 0;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  /** The last sequence that this projection holds. */
  get position(): Sequence {
    return this.#position.sequence;
  }

  /** The number of users. */
  get rows(): number {
    return this.#index.size;
  }

  /** Interactions of all users. */
  get events(): number {
    return this.#eventsTotal;
  }

  /** The item rows that each user has seen, by user row. */
  get seen(): SeenItems {
    return this.#seen;
  }

  /** Throws where the delta does not continue this projection. */
  check(delta: ModelDelta): void {
    this.#position.check(delta);
  }

  /** Folds a delta that starts where this projection stands, or a whole one; nobody may read between the steps. */
  *fold(delta: ModelDelta): Steps {
    this.#position.check(delta);
    if (delta.whole) this.drop();
    const newUsers = delta.newUsers.length / SURROGATE_BYTES;
    this.#index.reserve(this.#index.size + newUsers);
    yield* inRuns(newUsers, STEP_ROWS_MAX, (from, to) => {
      for (let at = from; at < to; at += 1) this.#index.add(delta.newUsers, at * SURROGATE_BYTES);
    });
    this.#growTo(this.#index.size);
    yield* inRuns(delta.userRows.length, STEP_ROWS_MAX, (from, to) => {
      this.#writeRows(delta, from, to);
    });
    for (const row of delta.seenReset ?? []) this.#seen.reset(row);
    yield* inRuns(delta.seenUsers.length, STEP_PAIRS_MAX, (from, to) => {
      for (let at = from; at < to; at += 1) {
        this.#seen.add(delta.seenUsers[at] ?? 0, delta.seenItems[at] ?? 0);
      }
    });
    this.#position.advance(delta);
  }

  /** The row of the surrogate (16 bytes from `offset`); −1 where the user is unknown. */
  rowOf(surrogate: Uint8Array, offset = 0): number {
    return this.#index.rowOf(surrogate, offset);
  }

  /** Copies the surrogate of a row (16 bytes) to `out`. */
  readSurrogate(row: number, out: Uint8Array, offset: number): void {
    this.#index.read(row, out, offset);
  }

  /** The vector p of a row: a view of `dimensions` floats that the next delta may change. */
  vector(row: number): Float32Array {
    const slab = this.#slabs[Math.floor(row / SLAB_ROWS)];
    if (slab === undefined || row >= this.rows) throw new RangeError(`no user row ${row}`);
    const start = (row % SLAB_ROWS) * this.dimensions;
    return slab.subarray(start, start + this.dimensions);
  }

  /** Counters of a row. */
  facts(row: number): UserFacts {
    return {
      events: this.#events[row] ?? 0,
      positives: this.#positives[row] ?? 0,
      seenItems: this.#seen.count(row),
      timeMs: this.#timeMs[row] ?? 0,
    };
  }

  /** Forgets everything: the next delta must be whole or start at the origin. */
  drop(): void {
    this.#position.drop();
    this.#index = new SurrogateIndex();
    this.#seen = new SeenItems();
    this.#slabs = [];
    this.#events.fill(0);
    this.#eventsTotal = 0;
  }

  #writeRows(delta: ModelDelta, from: number, to: number): void {
    const { userRows, userEvents, userPositives, userTimeMs } = delta;
    for (let at = from; at < to; at += 1) {
      const row = userRows[at] ?? 0;
      this.#writeVector(row, delta.userVectors, at);
      const events = userEvents[at] ?? 0;
      this.#eventsTotal += events - (this.#events[row] ?? 0);
      this.#events[row] = events;
      this.#positives[row] = userPositives[at] ?? 0;
      this.#timeMs[row] = userTimeMs[at] ?? 0;
    }
  }

  /** Copies the vector of this number to a row; value by value, for two views a row cost more than what they copy. */
  #writeVector(row: number, vectors: Float32Array, number: number): void {
    const slab = this.#slabs[Math.floor(row / SLAB_ROWS)];
    if (slab === undefined || row >= this.rows) throw new RangeError(`no user row ${row}`);
    const d = this.dimensions;
    const to = (row % SLAB_ROWS) * d;
    const from = number * d;
    for (let at = 0; at < d; at += 1) slab[to + at] = vectors[from + at] ?? 0;
  }

  #growTo(rows: number): void {
    while (this.#slabs.length * SLAB_ROWS < rows) {
      this.#slabs.push(new Float32Array(SLAB_ROWS * this.dimensions));
    }
    if (rows <= this.#events.length) return;
    const events = new Uint32Array(Math.ceil(rows * 1.1) + 64);
    const positives = new Uint32Array(events.length);
    const timeMs = new Float64Array(events.length);
    events.set(this.#events);
    positives.set(this.#positives);
    timeMs.set(this.#timeMs);
    this.#events = events;
    this.#positives = positives;
    this.#timeMs = timeMs;
  }
}

import type { StateHasher } from '../state-hash.ts';
import { atOnce } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { FEATURES } from './blend-features.ts';
import { BoundedPairs } from './bounded-pairs.ts';
import type { CandidateSet } from './candidate-set.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { prefixed, rowsTensor, tensorOf, unprefixed } from './learner-state.ts';
import { nearLog2 } from './near-log.ts';

/** What an item counts in the fading sum, relative to the one after it. */
const FADING = 0.8;
/** Users added to an item's own, so that one who has two rare items makes them no twins. */
const DOUBT = 2;
/** Brings cosines and logarithms to a size that one rate of learning fits. */
const COSINE_SCALE = 50;
const SCALE = 0.35;
const LINEAR_SCALE = 2;

/** Item-kNN by cosine: which items share users with the user's newest. */
export class NeighbourSource implements Capturable {
  readonly #pairs: BoundedPairs;
  /** By item: the users counted. */
  #users: number[] = [];
  #norms: number[] = [];
  /** What the user's items add up to for each candidate of the question at hand, side by side: read and added to often. */
  #fadingSums = new Float32Array(0);
  #steadySums = new Float32Array(0);

  constructor(partnersMax: number) {
    this.#pairs = new BoundedPairs(partnersMax);
  }

  /** Makes items known. */
  grow(items: number): void {
    while (this.#users.length < items) {
      this.#users.push(0);
      this.#norms.push(1 / Math.sqrt(DOUBT));
    }
  }

  /** Adds the neighbours of the user's items, newest first, to the candidates, and sums up how near they are. */
  propose(candidates: CandidateSet, latest: Uint32Array, count: number): void {
    this.#clear(candidates.rows.length);
    const [fadingSums, steadySums] = [this.#fadingSums, this.#steadySums];
    let share = 1;
    for (let at = 0; at < count; at++) {
      const row = latest[at] as number;
      const norm = this.#norms[row] as number;
      const partners = this.#pairs.partners(row);
      const counts = this.#pairs.counts(row);
      for (let place = 0; place < partners.length; place++) {
        const slot = candidates.slot(partners[place] as number);
        if (slot < 0) continue;
        const near = (counts[place] as number) * norm;
        fadingSums[slot] = (fadingSums[slot] as number) + near * share;
        steadySums[slot] = (steadySums[slot] as number) + near;
      }
      share *= FADING;
    }
  }

  /** Turns the sums into features. */
  describe({ rows, features, size }: CandidateSet): void {
    for (let slot = 0; slot < size; slot++) {
      if (this.#steadySums[slot] === 0) continue;
      const norm = this.#norms[rows[slot] as number] as number;
      const fading = (this.#fadingSums[slot] as number) * norm;
      const steady = (this.#steadySums[slot] as number) * norm;
      const at = slot * FEATURES.count + FEATURES.neighbours;
      features[at] = nearLog2(1 + fading * COSINE_SCALE) * SCALE;
      features[at + 1] = nearLog2(1 + steady * COSINE_SCALE) * SCALE;
      features[at + 2] = Math.min(fading * LINEAR_SCALE, 3);
    }
  }

  /** Counts the event's item with the user's others. */
  learn(itemRow: number, latest: Uint32Array, count: number, weight: number): void {
    for (let at = 0; at < count; at++) if (latest[at] === itemRow) return;
    const users = (this.#users[itemRow] as number) + weight;
    this.#users[itemRow] = users;
    this.#norms[itemRow] = 1 / Math.sqrt(users + DOUBT);
    for (let at = 0; at < count; at++) {
      const other = latest[at] as number;
      this.#pairs.add(itemRow, other, weight);
      this.#pairs.add(other, itemRow, weight);
    }
  }

  #clear(candidates: number): void {
    if (this.#fadingSums.length < candidates) {
      this.#fadingSums = new Float32Array(candidates);
      this.#steadySums = new Float32Array(candidates);
      return;
    }
    this.#fadingSums.fill(0);
    this.#steadySums.fill(0);
  }

  /** Hashes an item's neighbours and users. */
  hashRow(hasher: StateHasher, row: number, ranks: Uint32Array): void {
    hasher.number(this.#users[row] ?? 0);
    this.#pairs.hashRow(hasher, row, ranks);
  }

  capture(): LearnerState {
    return atOnce(this.captureInSteps());
  }

  /** Captures as {@link capture}, in steps. */
  *captureInSteps(): Steps<LearnerState> {
    const users = rowsTensor(Float64Array.from(this.#users));
    return { users, ...prefixed('pairs', yield* this.#pairs.captureInSteps()) };
  }

  restore(state: LearnerState): void {
    atOnce(this.restoreInSteps(state));
  }

  /** Restores as {@link restore}, in steps. */
  *restoreInSteps(state: LearnerState): Steps<void> {
    this.#users = Array.from(tensorOf(state, 'users', Float64Array));
    this.#norms = this.#users.map((users) => 1 / Math.sqrt(users + DOUBT));
    yield* this.#pairs.restoreInSteps(unprefixed('pairs', state));
  }
}

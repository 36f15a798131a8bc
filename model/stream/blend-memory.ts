import type { LearnedMemory } from '../learned-memory.ts';
import type { StateHasher } from '../state-hash.ts';
import { inRuns } from '../steps.ts';
import type { Steps } from '../steps.ts';
import type { BlendLearner } from './blend-learner.ts';
import { BlendSharing } from './blend-sharing.ts';
import type { LearnerState } from './learner-state.ts';
import { prefixed, rowsTensor, tensorOf, unprefixed } from './learner-state.ts';

/** Rows that a step copies. */
const ROWS_A_RUN = 1_024;

/** What a blend knows beside its tables of users and items, put away and hashed part by part. */
export class BlendMemory implements LearnedMemory {
  readonly #learner: BlendLearner;
  readonly sharing: BlendSharing | undefined;
  #newestMs = -Infinity;

  /** `isShared` where there are other partitions. */
  constructor(learner: BlendLearner, isShared: boolean) {
    this.#learner = learner;
    const seeTime = (timeMs: number): void => {
      this.seeTime(timeMs);
    };
    this.sharing = isShared ? new BlendSharing(learner, seeTime) : undefined;
  }

  /** The time of the newest event, Unix milliseconds. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** Takes note of an event's time. */
  seeTime(timeMs: number): void {
    this.#newestMs = Math.max(this.#newestMs, timeMs);
  }

  *capture(): Steps<LearnerState> {
    const { gmf, popularity, transitions, neighbours, weights } = this.#learner;
    const { latest, window } = gmf.parts;
    const contexts = yield* this.#captureContexts();
    const state = { contexts, newestMs: rowsTensor(Float64Array.of(this.newestMs)) };
    const popular = prefixed('popularity', popularity.capture());
    yield undefined;
    const small = {
      ...prefixed('weights', weights.capture()),
      ...prefixed('window', window.capture()),
      ...popular,
      ...(this.sharing && prefixed('sharing', this.sharing.capture())),
    };
    yield undefined;
    const users = prefixed('latest', latest.capture());
    yield undefined;
    return {
      ...state,
      ...small,
      ...users,
      ...prefixed('transitions', yield* transitions.pairs.captureInSteps()),
      ...prefixed('neighbours', yield* neighbours.captureInSteps()),
    };
  }

  *restore(state: LearnerState): Steps<void> {
    const { gmf, popularity, transitions, neighbours, weights } = this.#learner;
    const { contexts, latest, window } = gmf.parts;
    const rows = tensorOf(state, 'contexts', Float32Array);
    if (rows.length !== contexts.rows * contexts.dimensions) {
      throw new RangeError('contexts do not fit the items');
    }
    yield* inRuns(contexts.rows, ROWS_A_RUN, (first, end) => {
      contexts.writeRows(first, end - first, rows, first * contexts.dimensions);
    });
    this.#newestMs = tensorOf(state, 'newestMs', Float64Array)[0] ?? -Infinity;
    this.sharing?.restore(unprefixed('sharing', state));
    weights.restore(unprefixed('weights', state));
    window.restore(unprefixed('window', state));
    popularity.restore(unprefixed('popularity', state));
    yield undefined;
    latest.restore(unprefixed('latest', state));
    if (popularity.items !== gmf.items || latest.users !== gmf.users) {
      throw new RangeError('what is known of items or users does not fit their rows');
    }
    yield undefined;
    yield* transitions.pairs.restoreInSteps(unprefixed('transitions', state));
    yield* neighbours.restoreInSteps(unprefixed('neighbours', state));
    this.#learner.checkRestored();
  }

  hashItem(hasher: StateHasher, itemRow: number, itemRanks: Uint32Array): void {
    const { gmf, popularity, transitions, neighbours } = this.#learner;
    const { contexts } = gmf.parts;
    const vector = new Float32Array(contexts.dimensions);
    contexts.read(itemRow, vector, 0);
    hasher.floats(vector);
    popularity.hashRow(hasher, itemRow);
    transitions.pairs.hashRow(hasher, itemRow, itemRanks);
    neighbours.hashRow(hasher, itemRow, itemRanks);
  }

  hashUser(hasher: StateHasher, userRow: number, itemRanks: Uint32Array): void {
    this.#learner.gmf.parts.latest.hashUser(hasher, userRow, itemRanks);
  }

  hashRest(hasher: StateHasher, userRanks: Uint32Array, itemRanks: Uint32Array): void {
    const { gmf, popularity, weights } = this.#learner;
    hasher.number(this.newestMs);
    hasher.whole(popularity.events);
    hasher.floats(weights.rows);
    gmf.parts.window.hash(hasher, userRanks, itemRanks);
    this.sharing?.hash(hasher, itemRanks);
  }

  *#captureContexts(): Steps<LearnerState[string]> {
    const { contexts } = this.#learner.gmf.parts;
    const { rows, dimensions } = contexts;
    const vectors = new Float32Array(rows * dimensions);
    yield* inRuns(rows, ROWS_A_RUN, (first, end) => {
      contexts.readRows(first, end - first, vectors, first * dimensions);
    });
    return rowsTensor(vectors, dimensions);
  }
}

import { SeenRows } from './seen-rows.ts';
import type { RankingQuestion, StreamEvent, StreamLearner } from './stream-learner.ts';

/** How a learner is tested on a stream. */
export interface PrequentialOptions {
  /** Places of a ranking that are looked at: the largest k. */
  readonly depth: number;
  /** `drop` leaves out of a ranking what its user has had, and counts such an event as a miss. */
  readonly repeats: 'drop' | 'keep';
  /** A monotonic clock, in microseconds; it tells durations alone. */
  readonly clockMicroseconds: () => number;
}

/** What a test has seen so far. */
export interface PrequentialCounts {
  /** Events that were tested: those that say that the user likes the item. */
  readonly events: number;
  readonly newUsers: number;
  readonly newItems: number;
  /** Events learned, and what that took. */
  readonly updates: number;
  readonly updateMicroseconds: number;
  /** Rankings made, one for each event of a known user, and what that took. */
  readonly rankings: number;
  readonly rankingMicroseconds: number;
}

const NOTHING_SEEN = new Uint32Array(0);

/**
 * Tests a learner on a stream, event by event: ranks all known items with the state before the event, notes the place
 * of the event's item, then lets it learn. Every event that says that the user likes the item counts: an unknown user,
 * an unknown item and, where repeats are dropped, an item that the user has had are misses. All are learned from; an
 * event that says the contrary is learned and not tested.
 */
export class PrequentialTest {
  readonly #learner: StreamLearner;
  readonly #options: PrequentialOptions;
  readonly #rows: Uint32Array;
  readonly #scores: Float32Array;
  readonly #seen = new SeenRows();
  #users = 0;
  #items = 0;
  #events = 0;
  #newUsers = 0;
  #newItems = 0;
  #updates = 0;
  #updateMicroseconds = 0;
  #rankings = 0;
  #rankingMicroseconds = 0;

  constructor(learner: StreamLearner, options: PrequentialOptions) {
    if (!(Number.isInteger(options.depth) && options.depth > 0)) {
      throw new RangeError(`depth is a whole number above 0, not ${String(options.depth)}`);
    }
    this.#learner = learner;
    this.#options = options;
    this.#rows = new Uint32Array(options.depth);
    this.#scores = new Float32Array(options.depth);
  }

  /** What was seen so far. */
  get counts(): PrequentialCounts {
    return {
      events: this.#events,
      newUsers: this.#newUsers,
      newItems: this.#newItems,
      updates: this.#updates,
      updateMicroseconds: this.#updateMicroseconds,
      rankings: this.#rankings,
      rankingMicroseconds: this.#rankingMicroseconds,
    };
  }

  /**
   * Tests an event and learns it. Returns the place of its item in the ranking before it, from 1 on; 0 for a miss, and
   * −1 for an event that is not tested.
   */
  take(event: StreamEvent): number {
    const { userRow, itemRow } = event;
    if (userRow > this.#users || itemRow > this.#items) {
      throw new RangeError('rows of a stream are dense, numbered by first appearance');
    }
    const place = event.positive === 1 ? this.#test(event) : -1;
    if (userRow === this.#users) this.#users++;
    if (itemRow === this.#items) this.#items++;
    const learned =
      this.#options.repeats === 'drop' ? { ...event, excluded: this.#seen.of(userRow) } : event;
    const startedAt = this.#options.clockMicroseconds();
    this.#learner.learn(learned);
    this.#updateMicroseconds += this.#options.clockMicroseconds() - startedAt;
    this.#updates++;
    if (this.#options.repeats === 'drop') this.#seen.add(userRow, itemRow);
    return place;
  }

  #test({ userRow, itemRow, timeMs }: StreamEvent): number {
    this.#events++;
    const newUser = userRow === this.#users;
    const newItem = itemRow === this.#items;
    if (newUser) this.#newUsers++;
    if (newItem) this.#newItems++;
    if (newUser) return 0;
    const excluded = this.#options.repeats === 'drop' ? this.#seen.of(userRow) : NOTHING_SEEN;
    const found = this.#rank({ userRow, timeMs, excluded });
    // What is new or was had is not in the ranking, so that this finds nothing.
    return this.#rows.subarray(0, found).indexOf(itemRow) + 1;
  }

  #rank(question: RankingQuestion): number {
    const startedAt = this.#options.clockMicroseconds();
    const found = this.#learner.rank(question, this.#rows, this.#scores);
    this.#rankingMicroseconds += this.#options.clockMicroseconds() - startedAt;
    this.#rankings++;
    return found;
  }
}

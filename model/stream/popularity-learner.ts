import { NO_POPULARITY, addPopularity, popularityAt } from '../popularity.ts';
import { RankedRows } from './ranked-rows.ts';
import { RowMarks } from './row-marks.ts';
import type { RankingQuestion, StreamEvent, StreamLearner } from './stream-learner.ts';

/** Half-life of `decayed-popularity`, one for all streams: that of days which serves the liveliest of them best. */
export const DECAYED_HALF_LIFE_MS = 2 * 86_400_000;

/** The floor that every learner has to beat: the same items for everybody, those with the most events first. */
export class PopularityLearner implements StreamLearner {
  readonly name = 'popularity';
  readonly #ranked = new RankedRows(0);
  readonly #marks = new RowMarks();

  get items(): number {
    return this.#ranked.rows;
  }

  rank(question: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    const found = rankPopular(this.#ranked, this.#marks, question, rows);
    for (let place = 0; place < found; place++) {
      scores[place] = this.#ranked.key(rows[place] as number);
    }
    return found;
  }

  learn({ itemRow, positive, weight }: StreamEvent): void {
    this.#ranked.grow(itemRow + 1);
    if (positive === 1) this.#ranked.raise(itemRow, this.#ranked.key(itemRow) + weight);
  }
}

/** Popularity of today: an event counts half after each half-life of event time. */
export class DecayedPopularityLearner implements StreamLearner {
  readonly name = 'decayed-popularity';
  readonly #halfLifeMs: number;
  /** Keys are forward-decayed log-weights, which rank alike at every time. */
  readonly #ranked = new RankedRows(NO_POPULARITY);
  readonly #marks = new RowMarks();

  constructor(halfLifeMs: number = DECAYED_HALF_LIFE_MS) {
    this.#halfLifeMs = halfLifeMs;
  }

  get items(): number {
    return this.#ranked.rows;
  }

  rank(question: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    const found = rankPopular(this.#ranked, this.#marks, question, rows);
    for (let place = 0; place < found; place++) {
      const key = this.#ranked.key(rows[place] as number);
      scores[place] = popularityAt(key, question.timeMs, this.#halfLifeMs);
    }
    return found;
  }

  learn({ itemRow, positive, weight, timeMs }: StreamEvent): void {
    this.#ranked.grow(itemRow + 1);
    if (positive === 0) return;
    const key = addPopularity(this.#ranked.key(itemRow), timeMs, weight, this.#halfLifeMs);
    this.#ranked.raise(itemRow, key);
  }
}

/** Writes the first rows of an order that are not left out; returns how many. */
export function rankPopular(
  ranked: RankedRows,
  marks: RowMarks,
  { excluded }: RankingQuestion,
  out: Uint32Array,
): number {
  marks.begin(ranked.rows);
  marks.markAll(excluded);
  let found = 0;
  for (let place = 0; place < ranked.rows && found < out.length; place++) {
    const row = ranked.at(place);
    if (!marks.has(row)) out[found++] = row;
  }
  return found;
}

import { PairCounts } from './pair-counts.ts';
import { RankedRows } from './ranked-rows.ts';
import { RowMarks } from './row-marks.ts';
import type { RankingQuestion, StreamEvent, StreamLearner } from './stream-learner.ts';
import { TopRows } from './top-rows.ts';

/** No last item yet. */
const NONE = -1;

/**
 * Ranks by how often an item came right after the user's last one, over all users. Among equals, and where nothing is
 * known of the last item, the more popular comes first: its share of popularity is a fraction of one count.
 */
export class TransitionsLearner implements StreamLearner {
  readonly name = 'transitions';
  readonly #pairs = new PairCounts();
  readonly #last: number[] = [];
  readonly #popular = new RankedRows(0);
  readonly #marks = new RowMarks();
  readonly #top = new TopRows();

  get items(): number {
    return this.#popular.rows;
  }

  rank(question: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    const marks = this.#marks;
    marks.begin(this.items);
    marks.markAll(question.excluded);
    this.#top.begin(rows.length);
    this.#offerFollowers(question.userRow < 0 ? NONE : (this.#last[question.userRow] ?? NONE));
    // Of the rest, which no transition speaks for, only the most popular can be among the best.
    for (let place = 0, offered = 0; place < this.items && offered < rows.length; place++) {
      const row = this.#popular.at(place);
      if (marks.has(row)) continue;
      this.#top.offer(row, this.#share(row));
      offered++;
    }
    return this.#top.take(rows, scores);
  }

  learn({ userRow, itemRow, positive, weight }: StreamEvent): void {
    this.#popular.grow(itemRow + 1);
    if (positive === 0) return;
    this.#popular.raise(itemRow, this.#popular.key(itemRow) + weight);
    while (this.#last.length <= userRow) this.#last.push(NONE);
    const last = this.#last[userRow] as number;
    if (last !== NONE && last !== itemRow) this.#pairs.add(last, itemRow, weight);
    this.#last[userRow] = itemRow;
  }

  /** Offers what came after an item, and marks it. */
  #offerFollowers(last: number): void {
    if (last === NONE) return;
    const partners = this.#pairs.partners(last);
    const counts = this.#pairs.counts(last);
    for (let place = 0; place < partners.length; place++) {
      const row = partners[place] as number;
      if (this.#marks.has(row)) continue;
      this.#marks.mark(row);
      this.#top.offer(row, (counts[place] as number) + this.#share(row));
    }
  }

  /** A number below 1 that rises with an item's popularity. */
  #share(row: number): number {
    const popularity = this.#popular.key(row);
    return popularity / (popularity + 1);
  }
}

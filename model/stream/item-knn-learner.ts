import { PairCounts } from './pair-counts.ts';
import { RankedRows } from './ranked-rows.ts';
import { RowMarks } from './row-marks.ts';
import { SeenRows } from './seen-rows.ts';
import type { RankingQuestion, StreamEvent, StreamLearner } from './stream-learner.ts';
import { TopRows } from './top-rows.ts';

/** How {@link ItemKnnLearner} looks at a user's items. */
export interface ItemKnnSettings {
  /** A user's newest items that a new one is paired with. */
  readonly pairedItemsMax: number;
  /** A user's newest items whose neighbours a ranking sums up. */
  readonly askedItemsMax: number;
  /** What each of them counts, relative to the one after it. */
  readonly fading: number;
}

/** One set for all streams. */
export const ITEM_KNN_SETTINGS: ItemKnnSettings = {
  pairedItemsMax: 20,
  askedItemsMax: 20,
  fading: 0.9,
};

/**
 * Item-kNN that is up to date after every event: the cosine of two items is the number of users who have both over the
 * root of the product of the numbers who have each, and an item's score the sum of its cosines with the user's newest
 * items. Items without a neighbour among them come last, the more popular first.
 */
export class ItemKnnLearner implements StreamLearner {
  readonly name = 'item-knn';
  readonly #settings: ItemKnnSettings;
  readonly #pairs = new PairCounts();
  /** By user: their items, each once, the newest last. */
  readonly #histories: number[][] = [];
  readonly #seen = new SeenRows();
  readonly #popular = new RankedRows(0);
  readonly #marks = new RowMarks();
  readonly #top = new TopRows();
  /** One over the root of an item's number of users. */
  #norms = new Float64Array(256);
  #sums = new Float64Array(256);
  #touched = new Uint32Array(256);

  constructor(settings: ItemKnnSettings = ITEM_KNN_SETTINGS) {
    this.#settings = settings;
  }

  get items(): number {
    return this.#popular.rows;
  }

  rank(question: RankingQuestion, rows: Uint32Array, scores: Float32Array): number {
    const marks = this.#marks;
    const sums = this.#sums;
    const touched = this.#sumUp(question.userRow);
    marks.begin(this.items);
    marks.markAll(question.excluded);
    this.#top.begin(rows.length);
    for (let at = 0; at < touched; at++) {
      const row = this.#touched[at] as number;
      if (!marks.has(row)) {
        this.#top.offer(row, (sums[row] as number) * (this.#norms[row] as number));
        marks.mark(row);
      }
      sums[row] = 0;
    }
    for (let place = 0, offered = 0; place < this.items && offered < rows.length; place++) {
      const row = this.#popular.at(place);
      if (marks.has(row)) continue;
      this.#top.offer(row, -1 / (1 + this.#popular.key(row)));
      offered++;
    }
    return this.#top.take(rows, scores);
  }

  learn({ userRow, itemRow, positive }: StreamEvent): void {
    this.#popular.grow(itemRow + 1);
    if (this.items > this.#norms.length) this.#grow();
    if (positive === 0 || !this.#seen.add(userRow, itemRow)) return;
    const users = this.#popular.key(itemRow) + 1;
    this.#popular.raise(itemRow, users);
    this.#norms[itemRow] = 1 / Math.sqrt(users);
    while (this.#histories.length <= userRow) this.#histories.push([]);
    const history = this.#histories[userRow] as number[];
    const from = Math.max(0, history.length - this.#settings.pairedItemsMax);
    for (let at = from; at < history.length; at++) {
      const other = history[at] as number;
      this.#pairs.add(itemRow, other, 1);
      this.#pairs.add(other, itemRow, 1);
    }
    history.push(itemRow);
  }

  /** Sums the neighbours of a user's newest items, but for each neighbour's own norm; returns how many there are. */
  #sumUp(userRow: number): number {
    const history = this.#histories[userRow] ?? [];
    const sums = this.#sums;
    let touched = 0;
    const from = Math.max(0, history.length - this.#settings.askedItemsMax);
    let share = 1;
    for (let at = history.length - 1; at >= from; at--) {
      const own = history[at] as number;
      const norm = share * (this.#norms[own] as number);
      share *= this.#settings.fading;
      const partners = this.#pairs.partners(own);
      const counts = this.#pairs.counts(own);
      for (let place = 0; place < partners.length; place++) {
        const row = partners[place] as number;
        const before = sums[row] as number;
        if (before === 0) this.#touched[touched++] = row;
        sums[row] = before + norm * (counts[place] as number);
      }
    }
    return touched;
  }

  #grow(): void {
    const norms = new Float64Array(this.items * 2);
    norms.set(this.#norms);
    this.#norms = norms;
    this.#sums = new Float64Array(this.items * 2);
    this.#touched = new Uint32Array(this.items * 2);
  }
}

import { roundScore } from './answer.ts';
import type { PartitionState } from './partition-state.ts';
import { RankedList } from './ranked-list.ts';
import { boosted } from './rules/boosted.ts';
import type { RuleView } from './rules/rule-book.ts';

/** A row and its cosine to the row at hand. */
export interface SimilarRow {
  readonly row: number;
  readonly score: number;
}

/** Finds the items whose vectors point the same way as an item's: cosine over all items, biases left out. */
export class SimilarItems {
  readonly #best: RankedList;
  #products = new Float32Array(64);
  #biases = new Float32Array(64);
  #isExcluded = new Uint8Array(64);

  constructor(answerItemsMax: number) {
    this.#best = new RankedList(answerItemsMax);
  }

  /**
   * The n rows most similar to `row`, best first, ties by first appearance; leaves out the excluded rows and itself, and
   * obeys rules over the rows.
   */
  find(
    state: PartitionState,
    row: number,
    n: number,
    excluded: Uint32Array,
    rules?: RuleView,
  ): readonly SimilarRow[] {
    const { vectors } = state;
    const query = new Float32Array(vectors.dimensions);
    vectors.table.read(row, query, 0);
    this.#fit(vectors.rows);
    vectors.table.scoreAll(query, this.#products);
    vectors.table.readColumn(0, 0, vectors.rows, this.#biases);
    this.#mark(excluded, row, 1);
    this.#rank(state, vectors.norm(row), n, rules);
    this.#mark(excluded, row, 0);
    return this.#listed();
  }

  #rank(
    { vectors }: PartitionState,
    length: number,
    n: number,
    { leftOut, factors }: RuleView = {},
  ): void {
    const best = this.#best;
    best.reset(n);
    for (let other = 0; other < vectors.rows; other += 1) {
      const product = (this.#products[other] ?? 0) - (this.#biases[other] ?? 0);
      const lengths = length * vectors.norm(other);
      const cosine = lengths > 0 ? product / lengths : 0;
      const score = factors === undefined ? cosine : boosted(cosine, factors[other] ?? 1);
      if (score < best.threshold || this.#isExcluded[other] === 1) continue;
      if (leftOut?.[other] !== 1) best.offer(other, score);
    }
  }

  #listed(): readonly SimilarRow[] {
    const found: SimilarRow[] = [];
    for (let at = 0; at < this.#best.length; at += 1) {
      const score = roundScore(this.#best.scores[at] ?? 0);
      found.push({ row: this.#best.keys[at] ?? 0, score });
    }
    return found;
  }

  #mark(rows: Uint32Array, own: number, value: 0 | 1): void {
    for (const row of rows) this.#isExcluded[row] = value;
    this.#isExcluded[own] = value;
  }

  #fit(rows: number): void {
    if (rows <= this.#products.length) return;
    this.#products = new Float32Array(Math.ceil(rows * 1.25));
    this.#biases = new Float32Array(this.#products.length);
    this.#isExcluded = new Uint8Array(this.#products.length);
  }
}

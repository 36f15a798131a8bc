import type { UserRanker } from '../../model/user-ranker.ts';
import type { PartitionState } from '../partition-state.ts';
import { RankedList } from '../ranked-list.ts';
import { boosted } from './boosted.ts';
import type { RuleView } from './rule-book.ts';

/** Items that are ranked before a boost of a blend, or diversity, chooses among them. */
export const rulePoolItemsMax = 512;

/** A row with its score, and the score that the learner alone gives it. */
export interface RuledRow {
  readonly row: number;
  readonly score: number;
  readonly unboosted: number;
}

/** Ranks a partition's items for one of its users under rules: over all of them, and exactly. */
export class RuledRanking {
  readonly #best = new RankedList(rulePoolItemsMax);
  readonly #rows = new Uint32Array(rulePoolItemsMax);
  readonly #scores = new Float32Array(rulePoolItemsMax);
  #query = new Float32Array(0);
  #leftOut = new Uint8Array(0);
  #all = new Float32Array(0);

  /** The `count` best rows for a user, best first; `excluded` rows and those that the rules leave out are none of them. */
  rank(
    state: PartitionState,
    user: number,
    rules: RuleView,
    excluded: Uint32Array,
    count: number,
  ): readonly RuledRow[] {
    const leftOut = this.#mask(state.vectors.rows, rules.leftOut, excluded);
    const { ranker } = state;
    if (ranker !== undefined) return this.#ask(ranker, user, rules, listed(leftOut), count);
    const { table } = state.vectors;
    const query = this.#queryOf(state, user);
    if (rules.factors === undefined) {
      const found = table.topN(query, count, leftOut, this.#rows, this.#scores);
      return this.#plain(found);
    }
    if (this.#all.length < table.rows) this.#all = new Float32Array(Math.ceil(table.rows * 1.25));
    table.scoreAll(query, this.#all);
    this.#best.reset(count);
    for (let row = 0; row < table.rows; row += 1) {
      if (leftOut[row] !== 1) this.#offer(row, this.#all[row] ?? NaN, rules.factors);
    }
    return this.#boosted((row) => this.#all[row] ?? 0);
  }

  /** All rows that an answer leaves out, as a learner takes them. */
  excluded(rows: number, rules: RuleView, excluded: Uint32Array): Uint32Array {
    return listed(this.#mask(rows, rules.leftOut, excluded));
  }

  #ask(
    ranker: UserRanker,
    user: number,
    { factors }: RuleView,
    excluded: Uint32Array,
    count: number,
  ): readonly RuledRow[] {
    const pool = factors === undefined ? count : rulePoolItemsMax;
    const [rows, scores] = [this.#rows.subarray(0, pool), this.#scores.subarray(0, pool)];
    const found = ranker.recommend(user, excluded, rows, scores);
    if (factors === undefined) return this.#plain(found);
    // Places stand for rows, so that equal scores stay in the learner's order.
    this.#best.reset(count);
    for (let at = 0; at < found; at += 1) {
      const score = boosted(scores[at] ?? NaN, factors[rows[at] ?? 0] ?? 1);
      if (score >= this.#best.threshold) this.#best.offer(at, score);
    }
    return this.#boosted((at) => scores[at] ?? 0, rows);
  }

  #offer(row: number, score: number, factors: Float32Array): void {
    const changed = boosted(score, factors[row] ?? 1);
    // A score that is no number is never listed.
    if (changed >= this.#best.threshold) this.#best.offer(row, changed);
  }

  #plain(found: number): readonly RuledRow[] {
    return Array.from({ length: found }, (_, at) => {
      const score = this.#scores[at] ?? 0;
      return { row: this.#rows[at] ?? 0, score, unboosted: score };
    });
  }

  #boosted(scoreOf: (key: number) => number, rows?: Uint32Array): readonly RuledRow[] {
    const { keys, scores, length } = this.#best;
    return Array.from({ length }, (_, at) => {
      const key = keys[at] ?? 0;
      return { row: rows?.[key] ?? key, score: scores[at] ?? 0, unboosted: scoreOf(key) };
    });
  }

  #queryOf(state: PartitionState, user: number): Float32Array {
    if (this.#query.length !== state.vectors.dimensions) {
      this.#query = new Float32Array(state.vectors.dimensions);
    }
    state.readQuery(user, this.#query);
    return this.#query;
  }

  #mask(rows: number, leftOut: Uint8Array | undefined, excluded: Uint32Array): Uint8Array {
    if (this.#leftOut.length < rows) this.#leftOut = new Uint8Array(Math.ceil(rows * 1.25));
    const mask = this.#leftOut.subarray(0, rows);
    if (leftOut === undefined) mask.fill(0);
    else mask.set(leftOut.subarray(0, rows));
    for (const row of excluded) mask[row] = 1;
    return mask;
  }
}

/** The rows that a mask leaves out. */
function listed(mask: Uint8Array): Uint32Array {
  const rows = new Uint32Array(mask.length);
  let count = 0;
  for (let row = 0; row < mask.length; row += 1) if (mask[row] === 1) rows[count++] = row;
  return rows.subarray(0, count);
}

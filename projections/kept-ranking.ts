import type { ToldItems } from './answer-hash.ts';
import type { RowChanges } from './row-changes.ts';
import type { RowScores } from './row-scores.ts';

/** The item rows that a ranking stands on. */
export interface RankedVectors {
  /** The rows that changed last. */
  readonly changes: RowChanges;
  /** Scores rows: out[i] is the score of rows[i] for a query. */
  readonly scores: Pick<RowScores, 'score'>;
}

/** Rows that a ranking keeps beyond what was asked for, so that some may fall before all have to be scanned again. */
const SPARE_ROWS = 22;

/** Changed rows up to which catching up is cheaper than a scan of a few thousand rows. */
const CATCH_UP_ROWS_MAX = 512;

/** Rows looked through at most to leave out those that are excluded. */
const EXCLUDED_LOOKS_MAX = 65_536;

const changedRows = new Uint32Array(CATCH_UP_ROWS_MAX);
const changedScores = new Float32Array(CATCH_UP_ROWS_MAX);

/**
 * The best rows of one user as a scan found them, kept so that the next answer only scores the rows that changed since.
 * It stays exact: every row that is not listed scored no more than `floor` when it was last looked at and has not
 * changed since, so the first n are right while the n-th scores more than that. Where it can't tell, it says so.
 */
export class KeptRanking {
  readonly rows: Uint32Array;
  readonly scores: Float32Array;
  /** The items as they were told last; none once a row was listed, or left the list, since. */
  told: ToldItems | undefined;
  readonly #capacity: number;
  #count = 0;
  /** No row that is not listed scores more. */
  #floor = -Infinity;
  #changes = 0;
  /** The position that a learner was asked at; none where a scan found the rows. */
  #askedAt: number | undefined;

  constructor(n: number) {
    this.#capacity = n + SPARE_ROWS;
    this.rows = new Uint32Array(this.#capacity + 1);
    this.scores = new Float32Array(this.#capacity + 1);
  }

  /** The rows to scan for: those of an answer, and the spare ones. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Rows listed. */
  get count(): number {
    return this.#count;
  }

  /** Takes note of a scan that filled `rows` and `scores`, at this count of changes. */
  scanned(count: number, changes: number): void {
    this.told = undefined;
    this.#count = count;
    this.#changes = changes;
    // Where a scan found fewer than it could hold, every row is listed.
    this.#floor = count < this.#capacity ? -Infinity : (this.scores[count - 1] ?? 0);
  }

  /** Takes note of a learner's own answer, which holds at this position alone. */
  asked(count: number, position: number): void {
    this.told = undefined;
    this.#count = count;
    this.#askedAt = position;
  }

  /** Tells whether this is a learner's own answer at a position. */
  isAt(position: number): boolean {
    return this.#askedAt === position;
  }

  /** Takes up what changed since; false where the first n have to be scanned for again. */
  catchUp(
    n: number,
    { changes, scores }: RankedVectors,
    query: Float32Array,
    excluded: Uint32Array,
  ): boolean {
    const since = changes.since(this.#changes);
    if (since === 0) return true;
    if (since === undefined || since > CATCH_UP_ROWS_MAX) return false;
    if (since * excluded.length > EXCLUDED_LOOKS_MAX) return false;
    let count = 0;
    for (let ago = since; ago > 0; ago -= 1) {
      const row = changes.row(ago);
      this.#remove(row);
      if (!isIn(changedRows, count, row) && !excluded.includes(row)) changedRows[count++] = row;
    }
    scores.score(query, changedRows.subarray(0, count), changedScores);
    for (let at = 0; at < count; at += 1) this.#offer(changedRows[at] ?? 0, changedScores[at] ?? 0);
    this.#changes = changes.count;
    if (this.#floor === -Infinity) return true;
    // At the floor itself an unlisted row may tie, and rows that tie stand in row order.
    return this.#count >= n && (this.scores[n - 1] ?? 0) > this.#floor;
  }

  #remove(row: number): void {
    for (let at = 0; at < this.#count; at += 1) {
      if (this.rows[at] !== row) continue;
      this.told = undefined;
      this.rows.copyWithin(at, at + 1, this.#count);
      this.scores.copyWithin(at, at + 1, this.#count);
      this.#count -= 1;
      return;
    }
  }

  /** Lists a row at its place, or leaves it under the floor; a score that is no number is never listed. */
  #offer(row: number, score: number): void {
    if (!(score > this.#floor)) return;
    this.told = undefined;
    let at = this.#count;
    while (at > 0 && this.#isAfter(at - 1, row, score)) at -= 1;
    this.rows.copyWithin(at + 1, at, this.#count);
    this.scores.copyWithin(at + 1, at, this.#count);
    this.rows[at] = row;
    this.scores[at] = score;
    this.#count += 1;
    if (this.#count <= this.#capacity) return;
    this.#count -= 1;
    this.#floor = this.scores[this.#count] ?? 0;
  }

  #isAfter(at: number, row: number, score: number): boolean {
    const other = this.scores[at] ?? 0;
    return other < score || (other === score && (this.rows[at] ?? 0) > row);
  }
}

function isIn(rows: Uint32Array, count: number, row: number): boolean {
  for (let at = 0; at < count; at += 1) if (rows[at] === row) return true;
  return false;
}

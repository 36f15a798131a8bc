import type { UserRanker } from '../model/user-ranker.ts';
import type { SearchReport } from './answer.ts';
import type { ProjectionBounds } from './bounds.ts';
import { EXACT } from './found-items.ts';
import type { KeptRanking } from './kept-ranking.ts';
import type { RankingBasis } from './kept-rankings.ts';
import type { PartitionState } from './partition-state.ts';
import { RankedList } from './ranked-list.ts';
import type { ReleaseOverlay } from './release-overlay.ts';
import type { Searcher } from './searcher.ts';

/** The best rows of a user, best first: views of scratch that the next ranking overwrites. */
export interface RankedRows {
  readonly rows: Uint32Array;
  readonly scores: Float32Array | Float64Array;
  readonly count: number;
  readonly search: SearchReport;
  /** Where the rows are kept for the next answer. */
  readonly kept?: KeptRanking;
}

/** A learner's own answer depends on no query. */
const NO_QUERY = new Float32Array(0);

/** Ranks a partition's items for one of its users, by scanning all of them or by rescoring what Faiss proposes. */
export class Ranking {
  readonly #bounds: ProjectionBounds;
  readonly #searcher: Searcher | undefined;
  readonly #best: RankedList;
  readonly #excluded = new Set<number>();
  #query = new Float32Array(0);
  #candidates = new Uint32Array(64);
  #candidateScores = new Float32Array(64);

  constructor(bounds: ProjectionBounds, searcher: Searcher | undefined) {
    this.#bounds = bounds;
    this.#searcher = searcher;
    this.#best = new RankedList(bounds.answerItemsMax);
  }

  /** Tells why all items are scanned though one might think Faiss proposes; null where it does, undefined where none thinks so. */
  whyExact(state: PartitionState, candidates: number): string | null | undefined {
    const overlay = state.vectors.overlay;
    if (state.vectors.rows <= this.#bounds.exactScanItemsMax) {
      return overlay === undefined ? undefined : 'up to exactScanItemsMax items are scanned';
    }
    if (overlay === undefined) return `no index release of version ${state.version}`;
    if (this.#searcher?.release !== overlay.release) return 'the searcher is not ready';
    if (candidates > this.#bounds.candidatesMax) return 'too many seen items';
    if (overlay.count > this.#bounds.exactScanItemsMax) return 'the overlay is too large';
    return null;
  }

  /** How many candidates to ask for, so that n are left when the user's seen items are taken out. */
  candidates(n: number, excludedRows: number): number {
    return n + excludedRows + this.#bounds.candidatesSpare;
  }

  /**
   * Ranks all items exactly: by what is kept of the last time and the rows that changed since, else by a scan. `reason`
   * says why, where that was not the first choice.
   */
  scan(
    state: PartitionState,
    asked: Omit<RankingBasis, 'query'>,
    excluded: Uint32Array,
    reason?: string,
  ): RankedRows {
    const { vectors, rankings } = state;
    const { n } = asked;
    const query = this.#queryOf(state, asked.user);
    const { user, exclude, events, withdrawals } = asked;
    const basis = { user, n, exclude, events, withdrawals, query };
    const search: SearchReport = reason === undefined ? EXACT : { mode: 'exact', reason };
    let ranking = rankings.find(basis);
    if (ranking?.catchUp(n, vectors, query, excluded) !== true) {
      ranking = rankings.make(basis);
      const { capacity, rows, scores } = ranking;
      const found = vectors.table.topN(query, capacity, excluded, rows, scores);
      ranking.scanned(found, vectors.changes.count);
    }
    return {
      rows: ranking.rows,
      scores: ranking.scores,
      count: Math.min(n, ranking.count),
      search,
      kept: ranking,
    };
  }

  /** Asks the learner itself, or takes what it said last where the state has not moved since. */
  ask(
    state: PartitionState,
    ranker: UserRanker,
    asked: Omit<RankingBasis, 'query'>,
    excluded: Uint32Array,
  ): RankedRows {
    const { n, user } = asked;
    const basis = { ...asked, query: NO_QUERY };
    let ranking = state.rankings.find(basis);
    if (ranking?.isAt(state.position) !== true) {
      ranking = state.rankings.make(basis);
      const rows = ranking.rows.subarray(0, n);
      const scores = ranking.scores.subarray(0, n);
      ranking.asked(ranker.recommend(user, excluded, rows, scores), state.position);
    }
    return {
      rows: ranking.rows,
      scores: ranking.scores,
      count: ranking.count,
      search: EXACT,
      kept: ranking,
    };
  }

  /** Asks Faiss for the labels that the user's query is nearest to; a string says why there are none. */
  async propose(
    state: PartitionState,
    user: number,
    candidates: number,
  ): Promise<Uint32Array | string> {
    const overlay = state.vectors.overlay;
    if (this.#searcher === undefined || overlay === undefined) return 'there is no searcher';
    const d = state.vectors.dimensions;
    const query = new Float32Array(d + 1);
    state.readQuery(user, query);
    query[d] = 1;
    const k = Math.min(candidates, overlay.labels);
    const outcome = await this.#searcher.search(overlay.release, state.partition, query, k);
    return outcome.labels ?? outcome.why;
  }

  /** Rescores proposed labels with today's vectors and the overlay exactly, and keeps the best n not excluded. */
  rescore(
    state: PartitionState,
    overlay: ReleaseOverlay,
    user: number,
    n: number,
    excluded: Uint32Array,
    labels: Uint32Array,
  ): RankedRows {
    this.#excluded.clear();
    for (const row of excluded) this.#excluded.add(row);
    const rows = this.#candidatesOf(overlay, labels);
    const scores = this.#candidateScores;
    state.vectors.scores.score(this.#queryOf(state, user), rows, scores);
    const best = this.#best;
    best.reset(n);
    for (let at = 0; at < rows.length; at += 1) {
      best.offer(rows[at] ?? 0, scores[at] ?? 0);
    }
    const search: SearchReport = { mode: 'approximate', release: overlay.release };
    return { rows: best.keys, scores: best.scores, count: best.length, search };
  }

  #queryOf(state: PartitionState, user: number): Float32Array {
    if (this.#query.length !== state.vectors.dimensions) {
      this.#query = new Float32Array(state.vectors.dimensions);
    }
    state.readQuery(user, this.#query);
    return this.#query;
  }

  /** The rows to score: proposed labels that have not drifted, and the overlay; none of them excluded. */
  #candidatesOf(overlay: ReleaseOverlay, labels: Uint32Array): Uint32Array {
    const most = labels.length + overlay.count;
    if (most > this.#candidates.length) {
      this.#candidates = new Uint32Array(most * 2);
      this.#candidateScores = new Float32Array(most * 2);
    }
    let count = 0;
    for (const label of labels) {
      const row = overlay.candidate(label);
      if (row >= 0 && !this.#excluded.has(row)) this.#candidates[count++] = row;
    }
    for (const row of overlay.rows) {
      if (!this.#excluded.has(row)) this.#candidates[count++] = row;
    }
    return this.#candidates.subarray(0, count);
  }
}

import type { KeyObject } from 'node:crypto';
import type { IdentityStore } from '../events/identity.ts';
import { formatPosition } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import { surrogateToBytes } from '../events/surrogate.ts';
import { answerHash } from './answer-hash.ts';
import { roundScore } from './answer.ts';
import type {
  BasedOn,
  Recommendation,
  RecommendationRequest,
  ScoredItem,
  SearchReport,
} from './answer.ts';
import { Explanation } from './explanation.ts';
import { Exclusion } from './exclusion.ts';
import type { ItemCatalogue } from './items.ts';
import type { RankingBasis } from './kept-rankings.ts';
import type { PartitionState } from './partition-state.ts';
import { Ranking } from './ranking.ts';
import type { RankedRows } from './ranking.ts';
import { encodeRecommendationId } from './recommendation-id.ts';
import type { Searcher } from './searcher.ts';
import type { ServingState } from './serving-state.ts';
import { SimilarItems } from './similar.ts';

/** What the recommend query reads. */
export interface RecommendDeps {
  readonly serving: ServingState;
  readonly identities: Pick<IdentityStore, 'find'>;
  readonly partitionOf: (userId: string) => number;
  readonly catalogue: Pick<ItemCatalogue, 'title' | 'withdrawn' | 'withdrawals'>;
  /** Absent where faiss-node is not there: every answer scans exactly. */
  readonly searcher?: Searcher | undefined;
  /** Signs recommendation ids. */
  readonly signingKey: KeyObject;
}

/** A user as an answer sees them. */
interface Asker {
  readonly partition: number;
  /** Row in the partition; −1 where no event of the user was seen. */
  readonly row: number;
  readonly surrogate: Uint8Array | null;
}

interface Found {
  readonly basedOn: BasedOn;
  readonly partitions: readonly number[];
  readonly search: SearchReport;
  readonly items: readonly ScoredItem[];
}

const EXACT: SearchReport = { mode: 'exact' };

/** Answers what a user may like next: by their own vector, by the item at hand, or by what is popular. */
export class Recommender {
  readonly #deps: RecommendDeps;
  readonly #exclusion: Exclusion;
  readonly #ranking: Ranking;
  readonly #similar: SimilarItems;

  constructor(deps: RecommendDeps) {
    this.#deps = deps;
    this.#exclusion = new Exclusion(deps.catalogue);
    this.#ranking = new Ranking(deps.serving.bounds, deps.searcher);
    this.#similar = new SimilarItems(deps.serving.bounds.answerItemsMax);
  }

  /**
   * Recommends. A user who has done anything positive is answered by their own vector; else the item at hand, where
   * it is known, is answered by items similar to it; else popular items answer.
   */
  async recommend(request: RecommendationRequest): Promise<Recommendation> {
    const asker = await this.#asker(request.user);
    const state = this.#deps.serving.partition(asker.partition);
    if (asker.row >= 0 && state.users.facts(asker.row).positives > 0) {
      return this.#byUser(request, asker, state);
    }
    const found = this.#byItem(request, asker) ?? this.#byPopularity(request, asker);
    return this.#answer(request, asker, found);
  }

  async #asker(user: string): Promise<Asker> {
    const partition = this.#deps.partitionOf(user);
    const identity = await this.#deps.identities.find(user);
    if (identity === undefined) return { partition, row: -1, surrogate: null };
    const surrogate = surrogateToBytes(identity.surrogate);
    const row = this.#deps.serving.partition(partition).users.rowOf(surrogate);
    return { partition, row, surrogate };
  }

  #byUser(
    request: RecommendationRequest,
    asker: Asker,
    state: PartitionState,
  ): Recommendation | Promise<Recommendation> {
    const excluded = this.#excluded(request, asker, state);
    const { ranker } = state;
    if (ranker?.settled !== undefined) {
      return ranker.settled.then(() => this.recommend(request));
    }
    if (ranker !== undefined) {
      const basis = this.#basis(request, asker, state);
      const ranked = this.#ranking.ask(state, ranker, basis, excluded);
      return this.#answer(
        request,
        asker,
        this.#ranked(state, ranked, explain(request, asker, state, excluded)),
      );
    }
    const candidates = this.#ranking.candidates(request.n, excluded.length);
    const why = this.#ranking.whyExact(state, candidates);
    if (why === null) return this.#bySearch(request, asker, state, candidates);
    const ranked = this.#ranking.scan(state, this.#basis(request, asker, state), excluded, why);
    return this.#answer(
      request,
      asker,
      this.#ranked(state, ranked, explain(request, asker, state, excluded)),
    );
  }

  async #bySearch(
    request: RecommendationRequest,
    asker: Asker,
    state: PartitionState,
    candidates: number,
  ): Promise<Recommendation> {
    const overlay = state.vectors.overlay;
    const proposed = await this.#ranking.propose(state, asker.row, candidates);
    const today = this.#deps.serving.partition(asker.partition);
    // A promotion or a release may have come while the searcher worked: its rows and labels mean nothing any more.
    if (today !== state || overlay === undefined || state.vectors.overlay !== overlay) {
      return this.recommend(request);
    }
    const { n } = request;
    const excluded = this.#excluded(request, asker, state);
    const ranked =
      typeof proposed === 'string'
        ? this.#ranking.scan(state, this.#basis(request, asker, state), excluded, proposed)
        : this.#ranking.rescore(state, overlay, asker.row, n, excluded, proposed);
    return this.#answer(
      request,
      asker,
      this.#ranked(state, ranked, explain(request, asker, state, excluded)),
    );
  }

  #ranked(state: PartitionState, ranked: RankedRows, why: Explanation | undefined): Found {
    const items: ScoredItem[] = [];
    for (let at = 0; at < ranked.count; at += 1) {
      const row = ranked.rows[at] ?? 0;
      const score = roundScore(ranked.scores[at] ?? 0);
      const item = this.#titled(state.vectors.id(row), score);
      items.push(why === undefined ? item : { ...item, explanation: why.of(row, score) });
    }
    return { basedOn: 'user', partitions: [state.partition], search: ranked.search, items };
  }

  #byItem(request: RecommendationRequest, asker: Asker): Found | undefined {
    if (request.item === undefined) return undefined;
    const { serving } = this.#deps;
    for (const partition of partitionsFrom(asker.partition, serving.partitions)) {
      const state = serving.partition(partition);
      const row = state.vectors.rowOf(request.item);
      if (row === undefined) continue;
      const isOwn = partition === asker.partition;
      const seenBy = isOwn && request.exclude === 'seen' ? asker.row : -1;
      const excluded = this.#exclusion.rows(state, seenBy);
      const similar = this.#similar.find(state, row, request.n, excluded);
      const items = similar.map((one) =>
        explained(request, this.#titled(state.vectors.id(one.row), one.score), 'similarity'),
      );
      return { basedOn: 'item', partitions: [partition], search: EXACT, items };
    }
    return undefined;
  }

  #byPopularity(request: RecommendationRequest, asker: Asker): Found {
    const { serving, catalogue } = this.#deps;
    const state = serving.partition(asker.partition);
    const seen =
      asker.row >= 0 && request.exclude === 'seen' ? state.users.seen.rows(asker.row) : undefined;
    const top = serving.popular.top(request.n, catalogue.withdrawn, asker.partition, seen);
    const items = top.map(({ id, share }) =>
      explained(request, this.#titled(id, roundScore(share)), 'popularity'),
    );
    const partitions = Array.from({ length: serving.partitions }, (_, partition) => partition);
    return { basedOn: 'popular', partitions, search: EXACT, items };
  }

  #excluded(request: RecommendationRequest, asker: Asker, state: PartitionState): Uint32Array {
    return this.#exclusion.rows(state, request.exclude === 'seen' ? asker.row : -1);
  }

  #basis(
    request: RecommendationRequest,
    asker: Asker,
    state: PartitionState,
  ): Omit<RankingBasis, 'query'> {
    return {
      user: asker.row,
      n: request.n,
      exclude: request.exclude,
      events: state.users.facts(asker.row).events,
      withdrawals: this.#deps.catalogue.withdrawals,
    };
  }

  #titled(id: string, score: number): ScoredItem {
    const title = this.#deps.catalogue.title(id);
    return title === undefined ? { id, score } : { id, score, title };
  }

  #answer(request: RecommendationRequest, asker: Asker, found: Found): Recommendation {
    const { serving, signingKey } = this.#deps;
    const { basedOn, search, items } = found;
    const positions = found.partitions.map((partition): Position => ({
      partition,
      sequence: serving.position(partition),
    }));
    const model = serving.partition(found.partitions[0] ?? asker.partition).version;
    const recommendationId = encodeRecommendationId(
      {
        basedOn,
        exclude: request.exclude,
        n: request.n,
        surrogate: asker.surrogate,
        positions,
        version: model,
        release: search.release ?? null,
        item: request.item ?? null,
        label: request.label ?? null,
        answerHash: answerHash(items),
      },
      signingKey,
    );
    const position = positions.map(formatPosition);
    if (items.length === request.n) {
      return { recommendationId, basedOn, position, model, search, items };
    }
    const note = noteOf(request, found, asker);
    return { recommendationId, basedOn, position, model, search, note, items };
  }
}

/** What explains the items of a user, where it is asked for. */
function explain(
  request: RecommendationRequest,
  asker: Asker,
  state: PartitionState,
  excluded: Uint32Array,
): Explanation | undefined {
  return request.explain === true ? new Explanation(state, asker.row, excluded) : undefined;
}

/** An item whose score is one thing alone. */
function explained(request: RecommendationRequest, item: ScoredItem, by: string): ScoredItem {
  if (request.explain !== true) return item;
  return { ...item, explanation: { shares: { [by]: item.score }, neighbours: [] } };
}

/** All partitions, the user's own first. */
function partitionsFrom(own: number, partitions: number): readonly number[] {
  const others = Array.from({ length: partitions }, (_, partition) => partition);
  return [own, ...others.filter((partition) => partition !== own)];
}

function noteOf(request: RecommendationRequest, found: Found, asker: Asker): string {
  const count = `${found.items.length} of ${request.n} items`;
  if (found.basedOn === 'popular') return `${count}: no more items were taken by anyone`;
  if (request.exclude === 'seen' && asker.row >= 0) {
    return `${count}: the user has seen all others (exclude=none lists them too)`;
  }
  return `${count}: no more items are known`;
}

import type { KeyObject } from 'node:crypto';
import type { Identity, IdentityStore } from '../events/identity.ts';
import { formatPosition } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import { surrogateToBytes } from '../events/surrogate.ts';
import { tell } from './answer-hash.ts';
import { roundScore } from './answer.ts';
import type { Recommendation, RecommendationRequest, ScoredItem } from './answer.ts';
import { Explanation } from './explanation.ts';
import { Exclusion } from './exclusion.ts';
import { EXACT, partitionsFrom, titledItem } from './found-items.ts';
import type { Asker, FoundItems } from './found-items.ts';
import type { ItemCatalogue } from './items.ts';
import type { RankingBasis } from './kept-rankings.ts';
import type { PartitionState } from './partition-state.ts';
import { Ranking } from './ranking.ts';
import type { RankedRows } from './ranking.ts';
import { encodeRecommendationId } from './recommendation-id.ts';
import { encodeRules } from './rules/asked-rules.ts';
import type { AskedRules } from './rules/asked-rules.ts';
import { explorationSeed } from './rules/exploration.ts';
import type { RuleBook } from './rules/rule-book.ts';
import { RuledAnswers } from './rules/ruled-answers.ts';
import type { ShownSource } from './rules/shown-items.ts';
import { untilFound } from './rules/until-found.ts';
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
  /** Evaluates the rules of requests; absent where none has any. */
  readonly book?: RuleBook | undefined;
  /** Tells what was shown to users lately; rotation is refused where it is absent. */
  readonly shown?: ShownSource | undefined;
  /** Signs recommendation ids. */
  readonly signingKey: KeyObject;
}

/** Answers what a user may like next: by their own vector, by the item at hand, or by what is popular. */
export class Recommender {
  readonly #deps: RecommendDeps;
  readonly #exclusion: Exclusion;
  readonly #ranking: Ranking;
  readonly #similar: SimilarItems;
  readonly #ruled: RuledAnswers | undefined;

  constructor(deps: RecommendDeps) {
    this.#deps = deps;
    this.#exclusion = new Exclusion(deps.catalogue);
    this.#ranking = new Ranking(deps.serving.bounds, deps.searcher);
    this.#similar = new SimilarItems(deps.serving.bounds.answerItemsMax);
    const { book } = deps;
    this.#ruled = book && new RuledAnswers({ ...deps, book });
  }

  /**
   * Recommends. A user who has done anything positive is answered by their own vector; else the item at hand, where
   * it is known, is answered by items similar to it; else popular items answer.
   */
  async recommend(request: RecommendationRequest): Promise<Recommendation> {
    const { rules } = request;
    if (rules !== undefined) return this.#recommendBy(rules, request);
    return this.#recommendTo(await this.#deps.identities.find(request.user), request);
  }

  #recommendTo(
    identity: Identity | undefined,
    request: RecommendationRequest,
  ): Recommendation | Promise<Recommendation> {
    const asker = this.#asker(request.user, identity);
    const state = this.#deps.serving.partition(asker.partition);
    if (asker.row >= 0 && state.users.facts(asker.row).positives > 0) {
      const settled = state.ranker?.settled;
      // At once when it settles: to look the user up again would take until more is learned.
      if (settled !== undefined) return settled.then(() => this.#recommendTo(identity, request));
      return this.#byUser(request, asker, state);
    }
    const found = this.#byItem(request, asker) ?? this.#byPopularity(request, asker);
    return this.#answer(request, asker, found);
  }

  /** Recommends under rules; what they say of all items may have to be found out before. */
  async #recommendBy(rules: AskedRules, request: RecommendationRequest): Promise<Recommendation> {
    const ruled = this.#ruled;
    if (ruled === undefined) throw new RangeError('rules are asked for and nothing evaluates them');
    const identity = await this.#deps.identities.find(request.user);
    return untilFound(() => {
      const asker = this.#asker(request.user, identity);
      const asked = { ...request, rules: this.#seeded(rules, request, asker) };
      const found = ruled.forUser(asked, asker);
      return found instanceof Promise ? found : this.#answer(asked, asker, found);
    });
  }

  /** Rules with the seed of what they leave to chance; one that is there already is that of an answer made again. */
  #seeded(rules: AskedRules, request: RecommendationRequest, { partition }: Asker): AskedRules {
    const { exploration } = rules;
    if (exploration === undefined || exploration.seed !== undefined) return rules;
    const { serving, signingKey } = this.#deps;
    const place = { partition, sequence: serving.position(partition) };
    const seed = explorationSeed(request, place, signingKey);
    return { ...rules, exploration: { ...exploration, seed } };
  }

  #asker(user: string, identity: Identity | undefined): Asker {
    const partition = this.#deps.partitionOf(user);
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

  #ranked(state: PartitionState, ranked: RankedRows, why: Explanation | undefined): FoundItems {
    const { search, kept } = ranked;
    const found = { basedOn: 'user', partitions: [state.partition], search } as const;
    if (why === undefined && kept?.told !== undefined && this.#areTitled(kept.told.items)) {
      return { ...found, items: kept.told.items, hash: kept.told.hash };
    }
    const items: ScoredItem[] = [];
    for (let at = 0; at < ranked.count; at += 1) {
      const row = ranked.rows[at] ?? 0;
      const score = roundScore(ranked.scores[at] ?? 0);
      const item = this.#titled(state.vectors.id(row), score);
      items.push(why === undefined ? item : { ...item, explanation: why.of(row, score) });
    }
    const told = tell(items);
    if (why === undefined && kept !== undefined) kept.told = told;
    return { ...found, items, hash: told.hash };
  }

  /** Tells whether items still have the titles that were told. */
  #areTitled(items: readonly ScoredItem[]): boolean {
    const { catalogue } = this.#deps;
    for (const { id, title } of items) if (catalogue.title(id) !== title) return false;
    return true;
  }

  #byItem(request: RecommendationRequest, asker: Asker): FoundItems | undefined {
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
      return { basedOn: 'item', partitions: [partition], search: EXACT, ...tell(items) };
    }
    return undefined;
  }

  #byPopularity(request: RecommendationRequest, asker: Asker): FoundItems {
    const { serving, catalogue } = this.#deps;
    const state = serving.partition(asker.partition);
    const seen =
      asker.row >= 0 && request.exclude === 'seen' ? state.users.seen.rows(asker.row) : undefined;
    const top = serving.popular.top(request.n, catalogue.withdrawn, asker.partition, seen);
    const items = top.map(({ id, share }) =>
      explained(request, this.#titled(id, roundScore(share)), 'popularity'),
    );
    const partitions = Array.from({ length: serving.partitions }, (_, partition) => partition);
    return { basedOn: 'popular', partitions, search: EXACT, ...tell(items) };
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

  /** The rules of an answer as its id holds them. */
  #rulesOf({ rules }: RecommendationRequest, { partition }: Asker): string | null {
    const { book, serving } = this.#deps;
    if (rules === undefined || book === undefined) return null;
    const own = { partition, sequence: serving.position(partition) };
    return encodeRules(rules, { catalogue: book.place, own });
  }

  #titled(id: string, score: number): ScoredItem {
    return titledItem(this.#deps.catalogue, id, score);
  }

  #answer(request: RecommendationRequest, asker: Asker, found: FoundItems): Recommendation {
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
        rules: this.#rulesOf(request, asker),
        label: request.label ?? null,
        answerHash: found.hash,
      },
      signingKey,
    );
    const position = positions.map(formatPosition);
    if (items.length === request.n && found.filter === undefined) {
      return { recommendationId, basedOn, position, model, search, items };
    }
    const told = {
      ...{ recommendationId, basedOn, position, model, search },
      ...(found.filter !== undefined && { filter: found.filter }),
    };
    if (items.length === request.n) return { ...told, items };
    return { ...told, note: noteOf(request, found, asker), items };
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

function noteOf(request: RecommendationRequest, found: FoundItems, asker: Asker): string {
  const count = `${found.items.length} of ${request.n} items`;
  if (found.filter !== undefined) {
    return `${count}: the filter holds for ${found.filter.matching}, seen and listed ones among them`;
  }
  if (found.basedOn === 'popular') return `${count}: no more items were taken by anyone`;
  if (request.exclude === 'seen' && asker.row >= 0) {
    return `${count}: the user has seen all others (exclude=none lists them too)`;
  }
  return `${count}: no more items are known`;
}

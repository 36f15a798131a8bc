import { RepriseError } from '../../events/error.ts';
import { tell } from '../answer-hash.ts';
import type { FilterReport, RecommendationRequest, ScoredItem, SearchReport } from '../answer.ts';
import { Exclusion } from '../exclusion.ts';
import { EXACT, partitionsFrom, titledItem } from '../found-items.ts';
import type { Asker, FoundItems } from '../found-items.ts';
import type { ItemCatalogue } from '../items.ts';
import type { PartitionState } from '../partition-state.ts';
import type { ServingState } from '../serving-state.ts';
import { SimilarItems } from '../similar.ts';
import type { AskedRules } from './asked-rules.ts';
import { chooseDiverse } from './diversity.ts';
import { explore } from './exploration.ts';
import type { Drawn } from './exploration.ts';
import type { UserValues } from './expression.ts';
import type { RuleBook, RuleView } from './rule-book.ts';
import { PopularBasis, SimilarBasis, TasteBasis } from './ruled-basis.ts';
import type { RuledBasis, RuledCandidate } from './ruled-basis.ts';
import { rotated, sharesOf } from './rotated.ts';
import type { ShownFactors } from './rotated.ts';
import { RuledRanking, rulePoolItemsMax } from './ruled-ranking.ts';
import type { ShownSource } from './shown-items.ts';
import type { Settling } from './until-found.ts';

/** What ruled answers read. */
export interface RuledAnswersDeps {
  readonly serving: ServingState;
  readonly catalogue: Pick<ItemCatalogue, 'title' | 'withdrawn'>;
  readonly book: RuleBook;
  /** Tells what was shown to users lately; rotation is refused where it is absent. */
  readonly shown?: ShownSource | undefined;
}

/** What is asked for under rules. */
export type RuledRequest = Pick<RecommendationRequest, 'n' | 'exclude' | 'item' | 'explain'> & {
  readonly rules: AskedRules;
};

const NOTHING_SHOWN: ShownFactors = new Map();
const NOBODY: UserValues = { events: 0, seenItems: 0 };

/** Finds items as answers without rules do, among those that rules allow and by the scores that they change. */
export class RuledAnswers {
  readonly #deps: RuledAnswersDeps;
  readonly #exclusion: Exclusion;
  readonly #ranking = new RuledRanking();
  readonly #similar = new SimilarItems(rulePoolItemsMax);

  constructor(deps: RuledAnswersDeps) {
    this.#deps = deps;
    this.#exclusion = new Exclusion(deps.catalogue);
  }

  /** The items for a user; a promise to wait for and ask again where they can't be told yet. */
  forUser(request: RuledRequest, asker: Asker): FoundItems | Settling {
    const state = this.#deps.serving.partition(asker.partition);
    const facts = asker.row < 0 ? undefined : state.users.facts(asker.row);
    const user = facts ?? NOBODY;
    const seenBy = request.exclude === 'seen' ? asker.row : -1;
    const shown = this.#shownTo(asker, request.rules);
    if (shown instanceof Promise) return shown;
    if (facts === undefined || facts.positives === 0) {
      const like = this.#likeItem(request.item, asker.partition, seenBy);
      return this.#found(request, user, like ?? this.#popular(state, seenBy), shown);
    }
    const settled = state.ranker?.settled;
    if (settled !== undefined) return settled.then(() => undefined);
    const taste = new TasteBasis(
      state,
      { row: asker.row, seenBy },
      { exclusion: this.#exclusion, ranking: this.#ranking, search: this.#searchOf(state) },
    );
    return this.#found(request, user, taste, shown);
  }

  /** The n items of a partition that are most similar to one of its rows. */
  similar(state: PartitionState, row: number, n: number, rules: AskedRules): FoundItems | Settling {
    return this.#found({ n, exclude: 'none', rules }, NOBODY, this.#similarTo(state, row, -1));
  }

  /** The n most popular items over all partitions. */
  popular(n: number, rules: AskedRules): FoundItems | Settling {
    const basis = this.#popular(this.#deps.serving.partition(0), -1);
    return this.#found({ n, exclude: 'none', rules }, NOBODY, basis);
  }

  /** By what the scores of items are multiplied that the asker was shown lately. */
  #shownTo({ partition, surrogate }: Asker, { rotation }: AskedRules): ShownFactors | Settling {
    if (rotation === undefined || surrogate === null) return NOTHING_SHOWN;
    const { shown, serving } = this.#deps;
    if (shown === undefined) {
      throw new RepriseError(
        'UNAVAILABLE',
        'what was shown is not read here: ask without rotation',
      );
    }
    return shown.factors(surrogate, { partition, sequence: serving.position(partition) }, rotation);
  }

  #likeItem(item: string | undefined, own: number, seenBy: number): RuledBasis | undefined {
    if (item === undefined) return undefined;
    const { serving } = this.#deps;
    for (const partition of partitionsFrom(own, serving.partitions)) {
      const state = serving.partition(partition);
      const row = state.vectors.rowOf(item);
      if (row !== undefined) return this.#similarTo(state, row, partition === own ? seenBy : -1);
    }
    return undefined;
  }

  #similarTo(state: PartitionState, row: number, seenBy: number): RuledBasis {
    const parts = { exclusion: this.#exclusion, similar: this.#similar };
    return new SimilarBasis(state, { row, seenBy }, parts);
  }

  #popular(state: PartitionState, seenBy: number): RuledBasis {
    const { serving, catalogue } = this.#deps;
    return new PopularBasis(state, {
      popular: serving.popular,
      partitions: serving.partitions,
      withdrawn: catalogue.withdrawn,
      seen: seenBy < 0 ? undefined : state.users.seen.rows(seenBy),
    });
  }

  #searchOf({ vectors }: PartitionState): SearchReport {
    const isLarge = vectors.rows > this.#deps.serving.bounds.exactScanItemsMax;
    return isLarge ? { mode: 'exact', reason: 'rules are obeyed by scanning all items' } : EXACT;
  }

  #found(
    request: RuledRequest,
    user: UserValues,
    basis: RuledBasis,
    shown: ShownFactors = NOTHING_SHOWN,
  ): FoundItems | Settling {
    const { n, rules } = request;
    const plain = this.#deps.book.view(rules, user, basis.ids);
    if (plain instanceof Promise) return plain;
    const view = rotated(plain, basis, shown);
    const pinned = this.#pinned(rules).slice(0, n);
    const without = new Set([...pinned, ...rules.blocked]);
    const left = n - pinned.length;
    const ranked = left === 0 ? [] : basis.best({ view, count: poolOf(rules, left), without });
    const added = ({ id, score, plain: own }: RuledCandidate): Readonly<Record<string, number>> =>
      sharesOf({ score, plain: own }, plain.factors?.[basis.placeOf(id) ?? -1] ?? 1, shown.has(id));
    const items = chosenOf(rules, ranked, left, basis.state).map((one) =>
      this.#told(request, one, basis, added),
    );
    return {
      basedOn: basis.basedOn,
      partitions: basis.partitions,
      search: basis.search,
      ...tell([...pinned.map((id) => this.#toldPinned(request, id)), ...items]),
      ...this.#reported(view, basis),
    };
  }

  /** The items that stand first whatever else: those withdrawn and blocked are none of them. */
  #pinned({ pinned, blocked }: AskedRules): readonly string[] {
    const { withdrawn } = this.#deps.catalogue;
    return pinned.filter((id) => !withdrawn.has(id) && !blocked.includes(id));
  }

  #toldPinned({ explain, rules }: RuledRequest, id: string): ScoredItem {
    const item: ScoredItem = {
      ...titledItem(this.#deps.catalogue, id, 0),
      pinned: true,
      ...(rules.exploration && { propensity: 1 }),
    };
    return explain === true ? { ...item, explanation: { shares: {}, neighbours: [] } } : item;
  }

  #told(
    { explain }: RuledRequest,
    chosen: Chosen,
    basis: RuledBasis,
    added: (candidate: RuledCandidate) => Readonly<Record<string, number>>,
  ): ScoredItem {
    const { choice: candidate, propensity } = chosen;
    const { id, score } = candidate;
    const titled = titledItem(this.#deps.catalogue, id, score);
    const item = propensity === undefined ? titled : { ...titled, propensity };
    if (explain !== true) return item;
    const explanation = basis.explain(candidate);
    const shares = { ...explanation.shares, ...added(candidate) };
    return { ...item, explanation: { ...explanation, shares } };
  }

  /** What the filter left, of the items that are not withdrawn. */
  #reported(view: RuleView, basis: RuledBasis): { readonly filter?: FilterReport } {
    const { matching, undecided = 0, leftOut } = view;
    if (matching === undefined) return {};
    let withdrawn = 0;
    for (const id of this.#deps.catalogue.withdrawn) {
      const place = basis.placeOf(id);
      if (place !== undefined && leftOut?.[place] === 0) withdrawn += 1;
    }
    return { filter: { matching: matching - withdrawn, undecided } };
  }
}

/** A candidate that was chosen; with its propensity where chance had a say. */
type Chosen = Pick<Drawn<RuledCandidate>, 'choice'> & Partial<Drawn<RuledCandidate>>;

/** How many of the best are ranked, for so many to be chosen. */
function poolOf({ diversity, exploration }: AskedRules, left: number): number {
  return Math.max(left, diversity > 0 ? rulePoolItemsMax : 0, exploration?.items ?? 0);
}

/** What of the best stands in the answer, in its order. */
function chosenOf(
  { diversity, exploration }: AskedRules,
  ranked: readonly RuledCandidate[],
  left: number,
  state: PartitionState,
): readonly Chosen[] {
  const greedy = diverse(ranked, left, diversity, state);
  if (exploration === undefined) return greedy.map((choice) => ({ choice }));
  return explore(greedy, ranked, exploration);
}

/** Chooses n of the candidates: the best, or those that differ from each other, too. */
function diverse(
  ranked: readonly RuledCandidate[],
  n: number,
  diversity: number,
  { vectors }: PartitionState,
): readonly RuledCandidate[] {
  if (diversity === 0) return ranked.slice(0, n);
  const choices = ranked.map(({ row, score }) => {
    const direction = new Float32Array(vectors.dimensions);
    if (row < 0) return { score, direction };
    vectors.table.read(row, direction, 0);
    const norm = vectors.norm(row);
    if (norm > 0) for (const [at, value] of direction.entries()) direction[at] = value / norm;
    return { score, direction };
  });
  return chooseDiverse(choices, n, diversity).map((number) => ranked[number] as RuledCandidate);
}

import { roundScore } from '../answer.ts';
import type { BasedOn, ItemExplanation, SearchReport } from '../answer.ts';
import type { Exclusion } from '../exclusion.ts';
import { Explanation } from '../explanation.ts';
import { EXACT } from '../found-items.ts';
import type { PartitionState } from '../partition-state.ts';
import type { PopularProjection } from '../popular.ts';
import type { SimilarItems } from '../similar.ts';
import { unboosted } from './boosted.ts';
import type { RuleView } from './rule-book.ts';
import type { RuledRanking } from './ruled-ranking.ts';

/** An item that may stand in an answer. */
export interface RuledCandidate {
  readonly id: string;
  /** Its row in the basis' state; −1 where it has none. */
  readonly row: number;
  readonly score: number;
  /** The score before the boost. */
  readonly plain: number;
}

/** What is asked of a basis. */
export interface RuledQuestion {
  readonly view: RuleView;
  readonly count: number;
  /** Ids that are left out whatever the rules say. */
  readonly without: ReadonlySet<string>;
}

/** What an answer under rules is based on: the items that it chooses from, and how they are ranked. */
export interface RuledBasis {
  readonly basedOn: BasedOn;
  readonly partitions: readonly number[];
  readonly search: SearchReport;
  /** Holds the vectors of items. */
  readonly state: PartitionState;
  /** All items that there are to choose from, in an order that stays. */
  readonly ids: readonly string[];
  placeOf(id: string): number | undefined;
  /** The best items, best first. */
  best(question: RuledQuestion): readonly RuledCandidate[];
  /** Why an item stands where it does, but for the boost; only for the question asked last. */
  explain(candidate: RuledCandidate): ItemExplanation;
}

/** The items of one partition, by row, without those that its user has seen. */
class PartitionItems {
  readonly partitions: readonly number[];
  readonly state: PartitionState;
  /** The row that is asked for: of the user, or of the item at hand. */
  protected readonly row: number;
  readonly #seenBy: number;
  readonly #exclusion: Exclusion;

  constructor(
    state: PartitionState,
    { row, seenBy }: { readonly row: number; readonly seenBy: number },
    exclusion: Exclusion,
  ) {
    this.state = state;
    this.partitions = [state.partition];
    this.row = row;
    this.#seenBy = seenBy;
    this.#exclusion = exclusion;
  }

  get ids(): readonly string[] {
    return this.state.vectors.ids;
  }

  placeOf(id: string): number | undefined {
    return this.state.vectors.rowOf(id);
  }

  /** The rows that no answer to this question lists. */
  protected excluded(without: ReadonlySet<string>): Uint32Array {
    return withRows(this.#exclusion.rows(this.state, this.#seenBy), rowsOf(this.state, without));
  }
}

/** What the user likes: all items of their partition, by the learner's score. */
export class TasteBasis extends PartitionItems implements RuledBasis {
  readonly basedOn = 'user';
  readonly search: SearchReport;
  readonly #ranking: RuledRanking;
  #leftOut: () => Uint32Array = () => new Uint32Array(0);
  #explanation: Explanation | undefined;

  constructor(
    state: PartitionState,
    asker: { readonly row: number; readonly seenBy: number },
    parts: {
      readonly exclusion: Exclusion;
      readonly ranking: RuledRanking;
      readonly search: SearchReport;
    },
  ) {
    super(state, asker, parts.exclusion);
    this.search = parts.search;
    this.#ranking = parts.ranking;
  }

  best({ view, count, without }: RuledQuestion): readonly RuledCandidate[] {
    const { state } = this;
    const excluded = this.excluded(without);
    const ranked = this.#ranking.rank(state, this.row, view, excluded, count);
    const rows = state.vectors.rows;
    this.#leftOut = () => this.#ranking.excluded(rows, view, excluded);
    this.#explanation = undefined;
    return ranked.map(({ row, score, unboosted: plain }) => ({
      ...{ id: state.vectors.id(row), row },
      ...{ score: roundScore(score), plain: roundScore(plain) },
    }));
  }

  explain({ row, plain }: RuledCandidate): ItemExplanation {
    this.#explanation ??= new Explanation(this.state, this.row, this.#leftOut());
    return this.#explanation.of(row, plain);
  }
}

/** What is like an item: all items of a partition, by the cosine to it. */
export class SimilarBasis extends PartitionItems implements RuledBasis {
  readonly basedOn = 'item';
  readonly search = EXACT;
  readonly #similar: SimilarItems;

  constructor(
    state: PartitionState,
    item: { readonly row: number; readonly seenBy: number },
    parts: { readonly exclusion: Exclusion; readonly similar: SimilarItems },
  ) {
    super(state, item, parts.exclusion);
    this.#similar = parts.similar;
  }

  best({ view, count, without }: RuledQuestion): readonly RuledCandidate[] {
    const { state } = this;
    const excluded = this.excluded(without);
    const found = this.#similar.find(state, this.row, count, excluded, view);
    return found.map(({ row, score }) => ({
      ...{ id: state.vectors.id(row), row, score },
      plain: roundScore(unboosted(score, view.factors?.[row] ?? 1)),
    }));
  }

  explain({ plain }: RuledCandidate): ItemExplanation {
    return { shares: { similarity: plain }, neighbours: [] };
  }
}

/** What is popular: the items of all partitions, by their weight as a share of the greatest one. */
export class PopularBasis implements RuledBasis {
  readonly basedOn = 'popular';
  readonly partitions: readonly number[];
  readonly search = EXACT;
  readonly state: PartitionState;
  readonly #popular: PopularProjection;
  readonly #withdrawn: ReadonlySet<string>;
  readonly #seen: Uint32Array | undefined;

  constructor(
    state: PartitionState,
    parts: {
      readonly popular: PopularProjection;
      readonly partitions: number;
      readonly withdrawn: ReadonlySet<string>;
      readonly seen: Uint32Array | undefined;
    },
  ) {
    this.state = state;
    this.partitions = Array.from({ length: parts.partitions }, (_, partition) => partition);
    this.#popular = parts.popular;
    this.#withdrawn = parts.withdrawn;
    this.#seen = parts.seen;
  }

  get ids(): readonly string[] {
    return this.#popular.ids;
  }

  placeOf(id: string): number | undefined {
    return this.#popular.placeOf(id);
  }

  best({ view, count, without }: RuledQuestion): readonly RuledCandidate[] {
    const left = without.size === 0 ? this.#withdrawn : [...this.#withdrawn, ...without];
    const top = this.#popular.top(count, left, this.state.partition, this.#seen, view);
    return top.map(({ id, share }) => {
      const factor = view.factors?.[this.#popular.placeOf(id) ?? -1] ?? 1;
      return {
        ...{ id, row: this.state.vectors.rowOf(id) ?? -1 },
        ...{ score: roundScore(share), plain: roundScore(unboosted(share, factor)) },
      };
    });
  }

  explain({ plain }: RuledCandidate): ItemExplanation {
    return { shares: { popularity: plain }, neighbours: [] };
  }
}

function rowsOf({ vectors }: PartitionState, ids: ReadonlySet<string>): readonly number[] {
  return [...ids].flatMap((id) => vectors.rowOf(id) ?? []);
}

function withRows(rows: Uint32Array, more: readonly number[]): Uint32Array {
  return more.length === 0 ? rows : Uint32Array.from([...rows, ...more]);
}

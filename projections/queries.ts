import { RepriseError } from '../events/error.ts';
import { formatPosition, sequence } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import { surrogateToBytes } from '../events/surrogate.ts';
import { roundScore } from './answer.ts';
import type { FilterReport, Recommendation, RecommendationRequest, ScoredItem } from './answer.ts';
import { Exclusion } from './exclusion.ts';
import { searchTitles } from './item-search.ts';
import { titledItem } from './found-items.ts';
import { CATALOGUE_PARTITION } from './items.ts';
import type { ItemCatalogue, ItemMetadata } from './items.ts';
import { LatestItems } from './latest-items.ts';
import type { LatestItem } from './latest-items.ts';
import { listedItem } from './listed-item.ts';
import type { ListedItem } from './listed-item.ts';
import type { PartitionState } from './partition-state.ts';
import { ReadYourWrites } from './read-your-writes.ts';
import { Recommender } from './recommend.ts';
import type { RecommendDeps } from './recommend.ts';
import type { AskedRules } from './rules/asked-rules.ts';
import { RuleBook } from './rules/rule-book.ts';
import { RuledAnswers } from './rules/ruled-answers.ts';
import { untilFound } from './rules/until-found.ts';
import type { ServingState } from './serving-state.ts';
import { SimilarItems } from './similar.ts';

/** What the queries read. */
export interface QueryDeps extends Omit<RecommendDeps, 'book'> {
  readonly catalogue: ItemCatalogue;
  /** Lets other work run between the slices of a search; nothing is let in where it is absent. */
  readonly yieldNow?: () => Promise<void>;
}

/** Searches by title that may be under way at a time. */
export const searchesMax = 4;

/** A recommendation asked for after these positions. */
export interface RecommendationQuery extends RecommendationRequest {
  readonly after: readonly Position[];
}

/** Items similar to one. */
export interface SimilarAnswer {
  readonly item: string;
  readonly position: readonly string[];
  readonly model: string;
  /** There where a filter was given. */
  readonly filter?: FilterReport;
  readonly items: readonly ScoredItem[];
}

/** The most popular items. */
export interface PopularAnswer {
  readonly position: readonly string[];
  /** There where a filter was given. */
  readonly filter?: FilterReport;
  readonly items: readonly ScoredItem[];
}

/** What is known of a user. */
export interface UserAnswer {
  readonly id: string;
  readonly events: number;
  readonly seenItems: number;
  /** ISO 8601; null where it is out of the range of dates. */
  readonly lastTime: string | null;
  readonly position: readonly string[];
}

/** What is known of an item. */
export interface ItemAnswer {
  readonly id: string;
  readonly metadata: ItemMetadata | null;
  readonly position: readonly string[];
}

/** The events that actors refused, oldest first. */
export interface DeadLettersAnswer {
  readonly refused: number;
  readonly deadLetters: readonly {
    readonly position: string;
    readonly reason: string;
    readonly type: string;
    readonly item: string;
    readonly time: string;
  }[];
}

/** The queries of the read side; every answer is ready to be written as JSON. */
export class Queries {
  readonly #deps: QueryDeps;
  readonly #writes: ReadYourWrites;
  readonly #recommender: Recommender;
  readonly #exclusion: Exclusion;
  readonly #similar: SimilarItems;
  readonly #ruled: RuledAnswers;
  readonly #latest: LatestItems;
  readonly #book: RuleBook;
  #searches = 0;

  constructor(deps: QueryDeps) {
    this.#deps = deps;
    this.#writes = new ReadYourWrites(deps.serving, deps.catalogue);
    const { catalogue, yieldNow = () => Promise.resolve() } = deps;
    const book = new RuleBook({
      ...{ source: catalogue, yieldNow },
      place: () => ({ partition: CATALOGUE_PARTITION, sequence: catalogue.position }),
    });
    this.#book = book;
    this.#ruled = new RuledAnswers({ ...deps, book });
    this.#recommender = new Recommender({ ...deps, book });
    this.#latest = new LatestItems(book.items, yieldNow);
    this.#exclusion = new Exclusion(deps.catalogue);
    this.#similar = new SimilarItems(deps.serving.bounds.answerItemsMax);
  }

  /** Recommends, after the projections stand at or past `after`; rejects with TIMEOUT where they do not in time. */
  async recommend(query: RecommendationQuery): Promise<Recommendation> {
    if (query.after.length > 0) await this.#writes.waitFor(query.after);
    return this.#recommender.recommend(query);
  }

  /** Resolves when live answers include these positions; rejects with TIMEOUT where they do not in time. */
  async waitFor(positions: readonly Position[]): Promise<void> {
    if (positions.length > 0) await this.#writes.waitFor(positions);
  }

  /** What answers by the same rules from another read side, which it scans exactly. */
  beside(serving: ServingState): Recommender {
    return new Recommender({ ...this.#deps, serving, searcher: undefined, book: this.#book });
  }

  /** The n items most similar to one, under rules where there are any; undefined where no event named it, or it was withdrawn. */
  similar(item: string, n: number, rules?: AskedRules): Promise<SimilarAnswer | undefined> {
    if (rules === undefined) return Promise.resolve(this.#similarTo(item, n));
    return untilFound(() => this.#similarBy(rules, item, n)).then(({ answer }) => answer);
  }

  /** The n most popular items over all partitions, under rules where there are any. */
  popular(n: number, rules?: AskedRules): Promise<PopularAnswer> {
    if (rules !== undefined) return untilFound(() => this.#popularBy(rules, n));
    const { serving, catalogue } = this.#deps;
    const top = serving.popular.top(n, catalogue.withdrawn);
    const items = top.map(({ id, share }) => this.#titled(id, roundScore(share)));
    return Promise.resolve({ position: this.#positions(), items });
  }

  /** The n items that came out last by the `timestamp` of their metadata, of one category where it is named. */
  latest(n: number, category?: string): Promise<readonly LatestItem[]> {
    return this.#latest.find(n, category);
  }

  /** What is known of a user; undefined where no event of theirs was seen. */
  async user(id: string): Promise<UserAnswer | undefined> {
    const identity = await this.#deps.identities.find(id);
    if (identity === undefined) return undefined;
    const partition = this.#deps.partitionOf(id);
    const { users } = this.#deps.serving.partition(partition);
    const row = users.rowOf(surrogateToBytes(identity.surrogate));
    if (row < 0) return undefined;
    const { events, seenItems, timeMs } = users.facts(row);
    const position = [this.#position(partition)];
    return { id, events, seenItems, lastTime: dateOf(timeMs), position };
  }

  /**
   * What is known of an item, after the projections stand at or past `after`; undefined where it was neither published
   * nor met in an event, or was withdrawn.
   */
  async item(id: string, after: readonly Position[] = []): Promise<ItemAnswer | undefined> {
    if (after.length > 0) await this.#writes.waitFor(after);
    const metadata = await this.#deps.catalogue.metadata(id);
    if (metadata === null) return undefined;
    const position = this.#positions();
    if (metadata !== undefined) return { id, metadata, position };
    return this.#isMet(id) ? { id, metadata: null, position } : undefined;
  }

  /** Items in short, in the order of the ids; those that are unknown or withdrawn are left out. */
  async listItems(ids: readonly string[]): Promise<readonly ListedItem[]> {
    const { catalogue } = this.#deps;
    const listed: ListedItem[] = [];
    for (const id of ids) {
      const metadata = await catalogue.metadata(id);
      if (metadata === null) continue;
      const met = this.#isMet(id);
      if (met || metadata !== undefined) {
        listed.push(listedItem(id, catalogue.title(id), met, metadata));
      }
    }
    return listed;
  }

  /** The n items whose titles fit a search best; throws BUSY where too many searches are under way. */
  async searchItems(search: string, n: number): Promise<readonly ListedItem[]> {
    if (this.#searches >= searchesMax) {
      throw new RepriseError('BUSY', 'too many searches are under way: try again');
    }
    this.#searches += 1;
    try {
      const { catalogue, yieldNow = () => Promise.resolve() } = this.#deps;
      return await this.listItems(await searchTitles(catalogue.titles, search, n, yieldNow));
    } finally {
      this.#searches -= 1;
    }
  }

  /** The events that actors refused, kept within the bound. */
  deadLetters(): Promise<DeadLettersAnswer> {
    const { serving } = this.#deps;
    let refused = 0;
    const deadLetters: DeadLettersAnswer['deadLetters'][number][] = [];
    for (let partition = 0; partition < serving.partitions; partition += 1) {
      const projection = serving.partition(partition).deadLetters;
      refused += projection.refused;
      for (const letter of projection.letters) {
        const { reason, type, item } = letter;
        const position = formatPosition({ partition, sequence: sequence(letter.sequence) });
        const time = dateOf(letter.timeMs) ?? '';
        deadLetters.push({ position, reason, type, item, time });
      }
    }
    return Promise.resolve({ refused, deadLetters });
  }

  /** Tells whether any event named an item. */
  #isMet(id: string): boolean {
    const { serving } = this.#deps;
    for (let partition = 0; partition < serving.partitions; partition += 1) {
      if (serving.partition(partition).vectors.rowOf(id) !== undefined) return true;
    }
    return false;
  }

  #similarTo(item: string, n: number): SimilarAnswer | undefined {
    const met = this.#met(item);
    if (met === undefined) return undefined;
    const { state, row } = met;
    const similar = this.#similar.find(state, row, n, this.#exclusion.rows(state, -1));
    const items = similar.map((one) => this.#titled(state.vectors.id(one.row), one.score));
    const position = [this.#position(state.partition)];
    return { item, position, model: state.version, items };
  }

  /** The answer, or a promise to wait for and ask again. */
  #similarBy(
    rules: AskedRules,
    item: string,
    n: number,
  ): { readonly answer: SimilarAnswer | undefined } | Promise<undefined> {
    const met = this.#met(item);
    if (met === undefined) return { answer: undefined };
    const { state, row } = met;
    const found = this.#ruled.similar(state, row, n, rules);
    if (found instanceof Promise) return found;
    const { filter, items } = found;
    const place = { item, position: [this.#position(state.partition)], model: state.version };
    return { answer: { ...place, ...(filter !== undefined && { filter }), items } };
  }

  #popularBy(rules: AskedRules, n: number): PopularAnswer | Promise<undefined> {
    const found = this.#ruled.popular(n, rules);
    if (found instanceof Promise) return found;
    const { filter, items } = found;
    return { position: this.#positions(), ...(filter !== undefined && { filter }), items };
  }

  /** Where an item stands that may be listed; undefined where no event named it, or it was withdrawn. */
  #met(item: string): { readonly state: PartitionState; readonly row: number } | undefined {
    const { serving, catalogue } = this.#deps;
    if (catalogue.isWithdrawn(item)) return undefined;
    for (let partition = 0; partition < serving.partitions; partition += 1) {
      const state = serving.partition(partition);
      const row = state.vectors.rowOf(item);
      if (row !== undefined) return { state, row };
    }
    return undefined;
  }

  #titled(id: string, score: number): ScoredItem {
    return titledItem(this.#deps.catalogue, id, score);
  }

  #positions(): readonly string[] {
    const { partitions } = this.#deps.serving;
    return Array.from({ length: partitions }, (_, partition) => this.#position(partition));
  }

  #position(partition: number): string {
    return formatPosition({ partition, sequence: this.#deps.serving.position(partition) });
  }
}

function dateOf(timeMs: number): string | null {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

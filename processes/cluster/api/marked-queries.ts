import type { QueriesPort, RecommendationQuery } from '../../../api/deps.ts';
import { RepriseError } from '../../../events/error.ts';
import type { Partition } from '../../../events/position.ts';
import type { Staleness } from '../../../projections/answer.ts';
import type { IdentityTrouble } from './known-identities.ts';

/** What answers are marked by. */
export interface MarkingDeps {
  readonly freshness: { of(partitions: Iterable<Partition>): Staleness | undefined };
  readonly identities: { readonly trouble: IdentityTrouble | undefined };
  /** What recommends in the place of the queries, where it isn't them. */
  readonly recommend?: QueriesPort['recommend'];
}

/** Marks answers that may lack the newest events: `stale` says why, and since when. */
export function markedQueries(queries: QueriesPort, deps: MarkingDeps): QueriesPort {
  const mark = <T extends { readonly position: readonly string[] }>(answer: T): T => {
    const stale = deps.freshness.of(partitionsOf(answer.position));
    return stale === undefined ? answer : { ...answer, stale };
  };
  const marked = <T extends { readonly position: readonly string[] }>(
    answer: T | undefined,
  ): T | undefined => (answer === undefined ? undefined : mark(answer));
  const { recommend = (query: RecommendationQuery) => queries.recommend(query) } = deps;
  return {
    recommend: async (query) => mark(await recommend(query)),
    similar: async (item, n, rules) => marked(await queries.similar(item, n, rules)),
    popular: async (n, rules) => mark(await queries.popular(n, rules)),
    latest: (n, category) => queries.latest(n, category),
    async user(id) {
      const answer = await queries.user(id);
      const { trouble } = deps.identities;
      if (answer === undefined && trouble !== undefined) {
        throw new RepriseError(
          'UNAVAILABLE',
          `whether this user is known cannot be told: ${trouble.why}`,
        );
      }
      return marked(answer);
    },
    item: async (id, after) => marked(await queries.item(id, after)),
    listItems: (ids) => queries.listItems(ids),
    searchItems: (search, n) => queries.searchItems(search, n),
    deadLetters: () => queries.deadLetters(),
  };
}

function* partitionsOf(positions: readonly string[]): Generator<Partition> {
  for (const position of positions) yield Number.parseInt(position, 10);
}

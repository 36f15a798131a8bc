import type { IncomingMessage } from 'node:http';

import { z } from 'zod';

import type { AskedRules } from '../../projections/rules/asked-rules.ts';
import type { ApiDeps } from '../deps.ts';
import { categoryOf, categoryRules } from '../gorse-categories.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { RuleReader } from '../rules.ts';
import { gorseReach } from '../gorse-reach.ts';
import { idSchema } from '../schema/fields.ts';
import {
  gorseCategorySchema,
  gorseRecommendationSchema,
  gorseScoreSchema,
  gorseWindowSchema,
} from '../schema/gorse.ts';

type Window = z.output<typeof gorseWindowSchema>;
type Scored = readonly { readonly id: string; readonly score: number }[];
type Scores = z.input<typeof scores>;

const scores = z.array(gorseScoreSchema).readonly();
const userParams = z.object({ userId: idSchema.meta({ examples: ['ada'] }) });
const itemParams = z.object({ itemId: idSchema.meta({ examples: ['track-00042'] }) });
const category = { category: gorseCategorySchema };

function written(items: Scored, { offset }: Window): Scores {
  return items.slice(offset).map(({ id, score }) => ({ Id: id, Score: score }));
}

/** Clients of Gorse's second version say so, and get scores, too. */
function asksForScores({ headers }: IncomingMessage): boolean {
  return headers['x-api-version'] === '2';
}

const words = { method: 'GET', tag: 'gorse' } as const;
const BEST = { status: 200, description: 'The best first.', schema: scores } as const;

function recommending(deps: ApiDeps, reader: RuleReader): readonly Route[] {
  const recommend = async (
    user: string,
    window: Window,
    request: IncomingMessage,
    inPath?: string,
  ): Promise<z.input<typeof gorseRecommendationSchema>> => {
    const rules = categoryRules(reader, 'a user', named(window, inPath));
    const asked = { user, n: gorseReach(window), after: [], exclude: 'seen' as const };
    const { items } = await deps.queries.recommend({ ...asked, ...(rules && { rules }) });
    const best = written(items, window);
    return asksForScores(request) ? best : best.map(({ Id }) => Id);
  };
  const shared = {
    ...words,
    summary: 'Recommends items to a user, as Gorse’s clients ask for them.',
    description: 'Ids alone, or with scores where the header x-api-version is 2.',
    problems: [503, 504],
    query: gorseWindowSchema,
    answer: { status: 200, description: 'The best first.', schema: gorseRecommendationSchema },
  } as const;
  return [
    route({
      ...shared,
      path: '/api/recommend/{userId}',
      operationId: 'gorseRecommend',
      params: userParams,
      handle: ({ params, query, request }) => recommend(params.userId, query, request),
    }),
    route({
      ...shared,
      path: '/api/recommend/{userId}/{category}',
      operationId: 'gorseRecommendOf',
      params: userParams.extend(category),
      handle: ({ params, query, request }) =>
        recommend(params.userId, query, request, params.category),
    }),
  ];
}

function neighbours(deps: ApiDeps, reader: RuleReader): readonly Route[] {
  const similar = async (item: string, window: Window, inPath?: string): Promise<Scores> => {
    const rules = everybodysRules(reader, window, inPath);
    const answer = await deps.queries.similar(item, gorseReach(window), rules);
    if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such item');
    return written(answer.items, window);
  };
  const shared = {
    ...words,
    summary: 'Lists the items most similar to one, as Gorse’s clients ask for them.',
    problems: [404, 503, 504],
    query: gorseWindowSchema,
    answer: BEST,
  } as const;
  return [
    route({
      ...shared,
      path: '/api/item/{itemId}/neighbors',
      operationId: 'gorseNeighbors',
      params: itemParams,
      handle: ({ params, query }) => similar(params.itemId, query),
    }),
    route({
      ...shared,
      path: '/api/item/{itemId}/neighbors/{category}',
      operationId: 'gorseNeighborsOf',
      params: itemParams.extend(category),
      handle: ({ params, query }) => similar(params.itemId, query, params.category),
    }),
  ];
}

function named(window: Window, inPath?: string): string | undefined {
  return categoryOf({ ...(inPath !== undefined && { inPath }), inQuery: window.category });
}

function everybodysRules(
  reader: RuleReader,
  window: Window,
  inPath?: string,
): AskedRules | undefined {
  return categoryRules(reader, 'everybody', named(window, inPath));
}

function popularity(deps: ApiDeps, reader: RuleReader): readonly Route[] {
  const popular = async (window: Window, inPath?: string): Promise<Scores> => {
    const rules = everybodysRules(reader, window, inPath);
    return written((await deps.queries.popular(gorseReach(window), rules)).items, window);
  };
  const shared = {
    ...words,
    summary: 'Lists the items that are popular now, as Gorse’s clients ask for them.',
    problems: [503, 504],
    query: gorseWindowSchema,
    answer: BEST,
  } as const;
  return [
    route({
      ...shared,
      path: '/api/popular',
      operationId: 'gorsePopular',
      handle: ({ query }) => popular(query),
    }),
    route({
      ...shared,
      path: '/api/popular/{category}',
      operationId: 'gorsePopularOf',
      params: z.object(category),
      handle: ({ params, query }) => popular(query, params.category),
    }),
  ];
}

function recency(deps: ApiDeps): readonly Route[] {
  const latest = async (window: Window, inPath?: string): Promise<Scores> => {
    const items = await deps.queries.latest(gorseReach(window), named(window, inPath));
    const scored = items.map(({ id, timeMs }) => ({ id, score: timeMs / 1_000 }));
    return written(scored, window);
  };
  const shared = {
    ...words,
    summary: 'Lists the items that came out last, as Gorse’s clients ask for them.',
    description:
      'By the Timestamp that they were published with, in seconds as their score; items without one are left out.',
    problems: [503],
    query: gorseWindowSchema,
    answer: { status: 200, description: 'The newest first.', schema: scores },
  } as const;
  return [
    route({
      ...shared,
      path: '/api/latest',
      operationId: 'gorseLatest',
      handle: ({ query }) => latest(query),
    }),
    route({
      ...shared,
      path: '/api/latest/{category}',
      operationId: 'gorseLatestOf',
      params: z.object(category),
      handle: ({ params, query }) => latest(query, params.category),
    }),
  ];
}

/** Rankings as Gorse's clients ask for them. */
export function gorseRankingRoutes(deps: ApiDeps): readonly Route[] {
  const reader = new RuleReader(deps.clock);
  return [
    ...recommending(deps, reader),
    ...neighbours(deps, reader),
    ...popularity(deps, reader),
    ...recency(deps),
  ];
}

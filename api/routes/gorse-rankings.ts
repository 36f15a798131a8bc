import type { IncomingMessage } from 'node:http';

import { z } from 'zod';

import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { answerItemsMax, idSchema } from '../schema/fields.ts';
import {
  gorseCategorySchema,
  gorseRecommendationSchema,
  gorseScoreSchema,
  gorseWindowSchema,
} from '../schema/gorse.ts';
import { refusal } from '../validation.ts';

type Window = z.output<typeof gorseWindowSchema>;
type Scored = readonly { readonly id: string; readonly score: number }[];

const scores = z.array(gorseScoreSchema).readonly();
const userParams = z.object({ userId: idSchema.meta({ examples: ['ada'] }) });
const itemParams = z.object({ itemId: idSchema.meta({ examples: ['track-00042'] }) });
const category = { category: gorseCategorySchema };

/** How many of the best have to be known for a part of a ranking. */
function reach({ n, offset }: Window): number {
  if (n + offset <= answerItemsMax) return n + offset;
  const reason = `and offset must be at most ${String(answerItemsMax)} together`;
  throw refusal('the query', [{ field: 'n', reason }]);
}

function written(items: Scored, { offset }: Window): z.input<typeof scores> {
  return items.slice(offset).map(({ id, score }) => ({ Id: id, Score: score }));
}

/** Clients of Gorse's second version say so, and get scores, too. */
function asksForScores({ headers }: IncomingMessage): boolean {
  return headers['x-api-version'] === '2';
}

const words = { method: 'GET', tag: 'gorse' } as const;
const BEST = { status: 200, description: 'The best first.', schema: scores } as const;

function recommending(deps: ApiDeps): readonly Route[] {
  const recommend = async (
    user: string,
    window: Window,
    request: IncomingMessage,
  ): Promise<z.input<typeof gorseRecommendationSchema>> => {
    const asked = { user, n: reach(window), after: [], exclude: 'seen' as const };
    const { items } = await deps.queries.recommend(asked);
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
      handle: ({ params, query, request }) => recommend(params.userId, query, request),
    }),
  ];
}

function neighbours(deps: ApiDeps): readonly Route[] {
  const similar = async (item: string, window: Window): Promise<z.input<typeof scores>> => {
    const answer = await deps.queries.similar(item, reach(window));
    if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such item');
    return written(answer.items, window);
  };
  const shared = {
    ...words,
    summary: 'Lists the items most similar to one, as Gorse’s clients ask for them.',
    problems: [404],
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
      handle: ({ params, query }) => similar(params.itemId, query),
    }),
  ];
}

/** Rankings as Gorse's clients ask for them. */
export function gorseRankingRoutes(deps: ApiDeps): readonly Route[] {
  const popular = async (window: Window): Promise<z.input<typeof scores>> =>
    written((await deps.queries.popular(reach(window))).items, window);
  const shared = {
    ...words,
    summary: 'Lists the items that are popular now, as Gorse’s clients ask for them.',
    query: gorseWindowSchema,
    answer: BEST,
  } as const;
  return [
    ...recommending(deps),
    ...neighbours(deps),
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
      handle: ({ query }) => popular(query),
    }),
  ];
}

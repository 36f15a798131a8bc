import { z } from 'zod';

import type { ApiDeps, PastAnswer } from '../deps.ts';
import { categoryOf, categoryRules } from '../gorse-categories.ts';
import { gorseRefusal, gorseSessionEvent } from '../gorse-events.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { RuleReader } from '../rules.ts';
import { answerItemsMax } from '../schema/fields.ts';
import {
  gorseCategorySchema,
  gorseScoreSchema,
  gorseSessionSchema,
  gorseWindowSchema,
} from '../schema/gorse.ts';
import type { SessionAnswer } from '../schema/sessions.ts';
import { refusal } from '../validation.ts';
import { travelOf } from './travels.ts';

type Scores = z.input<typeof scores>;

const scores = z.array(gorseScoreSchema).readonly();

/** An answer of a session; what takes longer than it is waited for is asked for again. */
function answered(past: PastAnswer<SessionAnswer>): SessionAnswer {
  if ('answer' in past) return past.answer;
  throw new HttpProblem('UNAVAILABLE', 'the answer is still being made: ask again');
}

/** Answers for somebody who is not known, as Gorse's clients ask for them. */
export function gorseSessionRoutes(deps: ApiDeps): readonly Route[] {
  const reader = new RuleReader(deps.clock);
  const recommend = async (
    feedback: z.output<typeof gorseSessionSchema>,
    { n, offset, category: inQuery }: z.output<typeof gorseWindowSchema>,
    inPath = '',
  ): Promise<Scores> => {
    if (n + offset > answerItemsMax) {
      const reason = `and offset must be at most ${String(answerItemsMax)} together`;
      throw refusal('the query', [{ field: 'n', reason }]);
    }
    // Of nobody who did nothing there is nothing to tell.
    if (feedback.length === 0) return [];
    const rules = categoryRules(reader, 'a user', categoryOf({ inPath, inQuery }));
    const asked = { n: n + offset, exclude: 'seen', ...(rules && { rules }) } as const;
    const events = feedback.map(gorseSessionEvent);
    try {
      const { items } = answered(await travelOf(deps).session({ ...asked, events }));
      return items.slice(offset).map(({ id, score }) => ({ Id: id, Score: score }));
    } catch (error) {
      throw gorseRefusal(error);
    }
  };
  const words = {
    method: 'POST',
    scope: 'read',
    tag: 'gorse',
    summary: 'Recommends to somebody who has done these things and nothing else.',
    description: 'Nothing is written. Whoever did nothing is recommended nothing.',
    problems: [413, 415, 422, 429, 503],
    query: gorseWindowSchema,
    body: gorseSessionSchema,
    answer: { status: 200, description: 'The best first.', schema: scores },
  } as const;
  return [
    route({
      ...words,
      path: '/api/session/recommend',
      operationId: 'gorseSessionRecommend',
      handle: ({ body, query }) => recommend(body, query),
    }),
    route({
      ...words,
      path: '/api/session/recommend/{category}',
      operationId: 'gorseSessionRecommendOf',
      params: z.object({ category: gorseCategorySchema }),
      handle: ({ params, body, query }) => recommend(body, query, params.category),
    }),
  ];
}

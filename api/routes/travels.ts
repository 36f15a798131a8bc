import { z } from 'zod';

import { writeJson } from '../answer.ts';
import type { ApiDeps, PastAnswer, TravelPort } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route, WRITTEN } from '../route.ts';
import type { AnswerSpec, Call, Reply, Route } from '../route.ts';
import { travelIdSchema, travelSchema } from '../schema/travels.ts';

const travelParams = z.object({ travelId: travelIdSchema });

/** What a question about the past answers where the way there is long. */
export const TRAVELLING: AnswerSpec<typeof travelSchema> = {
  status: 202,
  description: 'The way there is long: poll it, then ask again.',
  schema: travelSchema,
};

/** The port of time travel; a 503 where this process has none. */
export function travelOf({ travel }: Pick<ApiDeps, 'travel'>): TravelPort {
  if (travel !== undefined) return travel;
  throw new HttpProblem(
    'UNAVAILABLE',
    'this process answers from the newest position only: ask an instance of the embedded profile',
  );
}

/** Gives an answer from the past, or writes a 202 with the travel that it waits for. */
export function replyFromPast<T>(
  past: PastAnswer<T>,
  { response }: Pick<Call<unknown, unknown, unknown>, 'response'>,
): Reply<T> {
  if ('answer' in past) return past.answer;
  writeJson(response, TRAVELLING.status, past.travel);
  return WRITTEN;
}

/** Travels into the past that take long. */
export function travelRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/travels/{travelId}',
      operationId: 'getTravel',
      tag: 'recommendations',
      summary: 'Tells how a time travel stands; once it has completed, ask the question again.',
      problems: [404, 503],
      params: travelParams,
      answer: { status: 200, description: 'The travel.', schema: travelSchema },
      handle: ({ params }) => {
        const found = travelOf(deps).describe(params.travelId);
        if (found === undefined) throw new HttpProblem('NOT_FOUND', 'no such travel');
        return found;
      },
    }),
  ];
}

import { z } from 'zod';

import type { ApiDeps, PastAnswer } from '../deps.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { answerProofSchema, lineageSchema, recommendationIdSchema } from '../schema/proofs.ts';
import { refusal } from '../validation.ts';
import { replyFromPast, TRAVELLING, travelOf } from './travels.ts';

const params = z.object({ recommendationId: recommendationIdSchema });

const FOREIGN = {
  field: 'recommendationId',
  reason: 'was not made by this instance, or was changed since: pass one as it was answered',
};

/** What an id leads to; a 400 where it was not made here. */
function known<T>(found: PastAnswer<T> | undefined): PastAnswer<T> {
  if (found === undefined) throw refusal('the path', [FOREIGN]);
  return found;
}

/** Answers that were given: where they came from, and whether they can be made again. */
export function proofRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/recommendations/{recommendationId}',
      operationId: 'getRecommendation',
      tag: 'recommendations',
      summary: 'Tells where an answer came from, and makes it again.',
      problems: [404, 422, 429, 503],
      params,
      answer: { status: 200, description: 'The answer and its lineage.', schema: lineageSchema },
      later: TRAVELLING,
      handle: async ({ params: { recommendationId }, response }) =>
        replyFromPast(known(await travelOf(deps).lineage(recommendationId)), { response }),
    }),
    route({
      method: 'GET',
      path: '/v1/recommendations/{recommendationId}/verify',
      operationId: 'verifyRecommendation',
      tag: 'recommendations',
      summary: 'Makes an answer again by replay and compares it with the one that was given.',
      problems: [404, 422, 429, 503],
      params,
      answer: { status: 200, description: 'The comparison.', schema: answerProofSchema },
      later: TRAVELLING,
      handle: async ({ params: { recommendationId }, response }) =>
        replyFromPast(known(await travelOf(deps).verify(recommendationId)), { response }),
    }),
  ];
}

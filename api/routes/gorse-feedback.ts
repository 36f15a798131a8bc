import { z } from 'zod';

import type { ApiDeps } from '../deps.ts';
import { gorseEvent, gorseRefusal } from '../gorse-events.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { answerItemsMax, idSchema } from '../schema/fields.ts';
import { gorseFeedbacksSchema, gorseHistorySchema, gorseSuccessSchema } from '../schema/gorse.ts';
import { travelOf } from './travels.ts';

const AS_EVENTS =
  'Each becomes an event: its type by name, or read and click as view, watch and listen as play, star and favorite as like, ' +
  'cart as add, purchase as buy. What has a Timestamp counts once, however often it is sent. A Comment is kept under the user’s key.';

function inserting(deps: ApiDeps, method: 'POST' | 'PUT'): Route {
  const isPost = method === 'POST';
  return route({
    method,
    path: '/api/feedback',
    operationId: isPost ? 'gorseInsertFeedback' : 'gorseUpsertFeedback',
    scope: 'write',
    tag: 'gorse',
    summary: isPost
      ? 'Takes feedback as Gorse’s clients send it, whole or not at all.'
      : 'Takes feedback as POST does: what happened is never overwritten.',
    description: AS_EVENTS,
    problems: [408, 413, 415, 422, 429, 503],
    body: gorseFeedbacksSchema,
    answer: { status: 200, description: 'It is durable.', schema: gorseSuccessSchema },
    handle: async ({ body, record }) => {
      try {
        const { positions } = await deps.door.accept(body.map(gorseEvent));
        record?.at(positions);
      } catch (error) {
        throw gorseRefusal(error);
      }
      return { RowAffected: body.length };
    },
  });
}

/** What a user did last, as Gorse's clients read it; `type` leaves others out. */
async function historyOf(
  deps: ApiDeps,
  userId: string,
  type?: string,
): Promise<z.input<typeof gorseHistorySchema>> {
  const travel = travelOf(deps);
  const user = await deps.queries.user(userId);
  if (user === undefined) return [];
  const events = await travel.events(userId, user.position, answerItemsMax);
  return events
    .filter((event) => type === undefined || event.type === type)
    .map((event) => ({
      ...{ FeedbackType: event.type, UserId: userId, ItemId: event.item },
      ...{ Timestamp: event.time ?? '', Comment: '' },
    }));
}

/** Feedback as Gorse's clients send and read it. */
export function gorseFeedbackRoutes(deps: ApiDeps): readonly Route[] {
  const words = { method: 'GET', tag: 'gorse', problems: [503] } as const;
  const answer = {
    status: 200,
    description: 'The newest first.',
    schema: gorseHistorySchema,
  } as const;
  return [
    inserting(deps, 'POST'),
    inserting(deps, 'PUT'),
    route({
      ...words,
      path: '/api/user/{userId}/feedback',
      operationId: 'gorseUserFeedback',
      summary: `Lists the newest events of a user, ${String(answerItemsMax)} at most.`,
      params: z.object({ userId: idSchema.meta({ examples: ['ada'] }) }),
      answer,
      handle: ({ params }) => historyOf(deps, params.userId),
    }),
    route({
      ...words,
      path: '/api/user/{userId}/feedback/{feedbackType}',
      operationId: 'gorseUserFeedbackByType',
      summary: `Lists those of one type among the ${String(answerItemsMax)} newest events of a user.`,
      params: z.object({
        userId: idSchema.meta({ examples: ['ada'] }),
        feedbackType: z
          .string()
          .max(64)
          .meta({ examples: ['like'] }),
      }),
      answer,
      handle: ({ params }) => historyOf(deps, params.userId, params.feedbackType),
    }),
  ];
}

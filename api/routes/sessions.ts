import type { ApiDeps } from '../deps.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { sessionRequestSchema, sessionSchema } from '../schema/sessions.ts';
import { replyFromPast, TRAVELLING, travelOf } from './travels.ts';

/** Answers for somebody who is not known and shall not be: nothing of a session is written. */
export function sessionRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/sessions/recommendations',
      operationId: 'recommendToSession',
      scope: 'read',
      tag: 'recommendations',
      summary:
        'Recommends to a user who has done these things and nothing else; nothing is written.',
      problems: [415, 422, 429, 503],
      body: sessionRequestSchema,
      answer: { status: 200, description: 'The best items first.', schema: sessionSchema },
      later: TRAVELLING,
      handle: async ({ body: { events, n, exclude }, response }) => {
        const past = await travelOf(deps).session({
          ...{ n, exclude },
          events: events.map(({ time, ...event }) =>
            time === undefined ? event : { ...event, time: Date.parse(time) },
          ),
        });
        return replyFromPast(past, { response });
      },
    }),
  ];
}

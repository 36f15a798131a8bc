import { z } from 'zod';

import { formatPosition } from '../../events/position.ts';
import { readAfter } from '../after.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { deadLettersSchema, itemSchema, publishedSchema } from '../schema/answers.ts';
import { afterSchema, idSchema } from '../schema/fields.ts';
import { metadataSchema } from '../schema/free-form.ts';

const params = z.object({ id: idSchema });
const query = z.strictObject({
  eventId: idSchema.optional().meta({
    description: 'The idempotency key: the same one again changes nothing. Drawn where absent.',
  }),
});

function writing(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'PUT',
      path: '/v1/items/{id}',
      operationId: 'publishItem',
      scope: 'write',
      tag: 'items',
      summary: 'Publishes an item’s metadata, or replaces them.',
      problems: [413, 415, 429, 503, 504],
      params,
      query,
      body: metadataSchema,
      answer: { status: 202, description: 'The item is published.', schema: publishedSchema },
      handle: async (call) => {
        const { positions } = await deps.door.publishItem(
          call.params.id,
          call.body,
          call.query.eventId,
        );
        return { positions: positions.map(formatPosition) };
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/items/{id}',
      operationId: 'withdrawItem',
      scope: 'write',
      tag: 'items',
      summary: 'Withdraws an item: it is recommended no more until it is published again.',
      problems: [429, 503, 504],
      params,
      query,
      answer: { status: 202, description: 'The item is withdrawn.', schema: publishedSchema },
      handle: async (call) => {
        const { positions } = await deps.door.publishItem(call.params.id, null, call.query.eventId);
        return { positions: positions.map(formatPosition) };
      },
    }),
  ];
}

/** Items and their metadata, and the events that were refused. */
export function itemRoutes(deps: ApiDeps): readonly Route[] {
  return [
    ...writing(deps),
    route({
      method: 'GET',
      path: '/v1/items/{id}',
      operationId: 'getItem',
      tag: 'items',
      summary: 'Tells what is known of an item.',
      problems: [404, 503, 504],
      params,
      query: z.strictObject({ after: afterSchema }),
      answer: { status: 200, description: 'The item.', schema: itemSchema },
      handle: async (call) => {
        const after = await readAfter(deps, call.query.after);
        const answer = await deps.queries.item(call.params.id, after);
        if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such item');
        return answer;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/dead-letters',
      operationId: 'listDeadLetters',
      tag: 'events',
      summary: 'Lists the events that were taken and could not be learned from, with the reason.',
      answer: { status: 200, description: 'The newest last.', schema: deadLettersSchema },
      handle: () => deps.queries.deadLetters(),
    }),
  ];
}

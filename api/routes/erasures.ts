import { z } from 'zod';

import { RepriseError } from '../../events/error.ts';
import { streamNdjson } from '../answer.ts';
import type { ApiDeps, ErasuresPort } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import {
  erasureIdSchema,
  erasureRequestSchema,
  erasureSchema,
  erasuresSchema,
} from '../schema/erasures.ts';
import { idSchema } from '../schema/fields.ts';

const nowSchema = z.stringbool({ error: 'must be true or false' }).default(false).meta({
  description: 'Whether the version without the user is built at once.',
});

const purgeSchema = z.stringbool({ error: 'must be true or false' }).default(false).meta({
  description: 'Whether what the journal holds of the user is blanked, too.',
});

function exporting(deps: ApiDeps): Route {
  return route({
    method: 'GET',
    path: '/v1/users/{id}/export',
    operationId: 'exportUser',
    scope: 'admin',
    tag: 'erasure',
    summary:
      'Streams all that is held and derived of a user as NDJSON: what was learned of them, then their events with their context.',
    problems: [404, 503],
    params: z.object({ id: idSchema }),
    answer: {
      status: 200,
      description: 'A line of what was learned, then an event a line, oldest first.',
      mediaType: 'application/x-ndjson',
    },
    handle: async ({ params, response }) => {
      if (deps.userExport === undefined) {
        throw new RepriseError(
          'UNAVAILABLE',
          'this process exports no users: ask one that knows who is who',
        );
      }
      const lines = await deps.userExport.open(params.id);
      if (lines === undefined) throw new HttpProblem('NOT_FOUND', 'no such user');
      await streamNdjson(response, lines);
      return WRITTEN;
    },
  });
}

function erasing(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'DELETE',
      path: '/v1/users/{id}',
      operationId: 'eraseUser',
      tag: 'erasure',
      summary:
        'Erases a user: out of every answer at once, id and key destroyed, and a model built without them that takes over.',
      problems: [404, 422, 429, 503, 504],
      params: z.object({ id: idSchema }),
      query: z.strictObject({ now: nowSchema, purge: purgeSchema }),
      answer: {
        status: 202,
        description: 'The user is unknown from now on.',
        schema: erasureSchema,
      },
      handle: ({ params, query }) => portOf(deps).request([params.id], query),
    }),
    route({
      method: 'POST',
      path: '/v1/erasures',
      operationId: 'eraseUsers',
      tag: 'erasure',
      summary: 'Erases users, all or none, as DELETE /v1/users/{id} erases one.',
      problems: [404, 415, 422, 429, 503, 504],
      body: erasureRequestSchema,
      answer: {
        status: 202,
        description: 'The users are unknown from now on.',
        schema: erasureSchema,
      },
      handle: ({ body }) => portOf(deps).request(body.users, body),
    }),
  ];
}

/** Giving users what is held of them, forgetting them, and what proves that they are forgotten. */
export function erasureRoutes(deps: ApiDeps): readonly Route[] {
  return [
    exporting(deps),
    ...erasing(deps),
    route({
      method: 'GET',
      path: '/v1/erasures',
      operationId: 'listErasures',
      tag: 'erasure',
      summary: 'Lists the erasures, oldest first.',
      problems: [503],
      answer: { status: 200, description: 'The erasures.', schema: erasuresSchema },
      handle: async () => ({ erasures: await portOf(deps).list() }),
    }),
    route({
      method: 'GET',
      path: '/v1/erasures/{erasureId}',
      operationId: 'getErasure',
      tag: 'erasure',
      summary: 'Tells how an erasure stands; once it is done, what proves it.',
      problems: [404, 503],
      params: z.object({ erasureId: erasureIdSchema }),
      answer: { status: 200, description: 'The erasure.', schema: erasureSchema },
      handle: async ({ params }) => {
        const found = await portOf(deps).get(params.erasureId);
        if (found === undefined) throw new HttpProblem('NOT_FOUND', 'no such erasure');
        return found;
      },
    }),
  ];
}

function portOf({ erasures }: ApiDeps): ErasuresPort {
  if (erasures !== undefined) return erasures;
  throw new RepriseError('UNAVAILABLE', 'this process erases no users: ask one that does');
}

import { z } from 'zod';

import { RepriseError } from '../../events/error.ts';
import { parsePosition } from '../../events/position.ts';
import type { Position } from '../../events/position.ts';
import type { ApiDeps, QuarantinesPort } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import {
  quarantineIdSchema,
  quarantineRequestSchema,
  quarantineSchema,
  quarantinesSchema,
} from '../schema/quarantines.ts';

const params = z.object({ quarantineId: quarantineIdSchema });

function changes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/quarantines',
      operationId: 'quarantine',
      tag: 'quarantine',
      summary:
        'Leaves events of users, or of a source, out, as if they had never been, until it is lifted.',
      problems: [404, 415, 422, 429, 503, 504],
      body: quarantineRequestSchema,
      answer: { status: 202, description: 'The quarantine is set.', schema: quarantineSchema },
      handle: ({ body: { users = [], source, from, to } }) =>
        portOf(deps).request({
          users,
          ...(source !== undefined && { source }),
          from: positionsOf(from),
          to: positionsOf(to),
        }),
    }),
    route({
      method: 'DELETE',
      path: '/v1/quarantines/{quarantineId}',
      operationId: 'liftQuarantine',
      tag: 'quarantine',
      summary: 'Lifts a quarantine: a version that has the events again takes over.',
      problems: [404, 409, 503, 504],
      params,
      answer: { status: 202, description: 'It is being lifted.', schema: quarantineSchema },
      handle: (call) => portOf(deps).lift(call.params.quarantineId),
    }),
  ];
}

/** Leaving poisoned events out after the fact. */
export function quarantineRoutes(deps: ApiDeps): readonly Route[] {
  return [
    ...changes(deps),
    route({
      method: 'GET',
      path: '/v1/quarantines',
      operationId: 'listQuarantines',
      tag: 'quarantine',
      summary: 'Lists the quarantines, oldest first.',
      problems: [503],
      answer: { status: 200, description: 'The quarantines.', schema: quarantinesSchema },
      handle: async () => ({ quarantines: await portOf(deps).list() }),
    }),
    route({
      method: 'GET',
      path: '/v1/quarantines/{quarantineId}',
      operationId: 'getQuarantine',
      tag: 'quarantine',
      summary: 'Tells how a quarantine stands.',
      problems: [404, 503],
      params,
      answer: { status: 200, description: 'The quarantine.', schema: quarantineSchema },
      handle: async (call) => {
        const found = await portOf(deps).get(call.params.quarantineId);
        if (found === undefined) throw new HttpProblem('NOT_FOUND', 'no such quarantine');
        return found;
      },
    }),
  ];
}

/** The schema has checked the form of every text. */
function positionsOf(texts: readonly string[]): readonly Position[] {
  return texts.flatMap((text) => parsePosition(text) ?? []);
}

function portOf({ quarantines }: ApiDeps): QuarantinesPort {
  if (quarantines !== undefined) return quarantines;
  throw new RepriseError('UNAVAILABLE', 'this process quarantines nothing: ask one that does');
}

import { z } from 'zod';

import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { countSchema, idSchema } from '../schema/fields.ts';
import {
  itemListSchema,
  itemLookupSchema,
  recentUsersMax,
  runListSchema,
  searchCharsMax,
  userEventsSchema,
  userListSchema,
} from '../schema/listings.ts';
import { travelOf } from './travels.ts';

const search = z.strictObject({
  query: z
    .string()
    .min(1, 'must not be empty')
    .max(searchCharsMax, `must be at most ${String(searchCharsMax)} characters`)
    .meta({ description: 'Words of a title, or the beginnings of such; or an item’s id.' }),
  n: countSchema,
});

function itemLists(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/items',
      operationId: 'searchItems',
      tag: 'items',
      summary: 'Searches items by title.',
      problems: [429],
      query: search,
      answer: { status: 200, description: 'Those that fit best first.', schema: itemListSchema },
      handle: async ({ query: { query, n } }) => ({
        items: await deps.queries.searchItems(query, n),
      }),
    }),
    route({
      method: 'POST',
      path: '/v1/items/lookup',
      operationId: 'lookUpItems',
      scope: 'read',
      tag: 'items',
      summary: 'Tells many items in short; those that are unknown are left out.',
      problems: [415],
      body: itemLookupSchema,
      answer: { status: 200, description: 'In the order of the ids.', schema: itemListSchema },
      handle: async ({ body: { ids } }) => ({ items: await deps.queries.listItems(ids) }),
    }),
  ];
}

function userLists(deps: ApiDeps): readonly Route[] {
  const wanted = `must be a whole number from 1 to ${String(recentUsersMax)}`;
  const count = z.int(wanted).min(1, wanted).max(recentUsersMax, wanted).default(20);
  return [
    route({
      method: 'GET',
      path: '/v1/users',
      operationId: 'listUsers',
      scope: 'admin',
      tag: 'recommendations',
      summary: 'Lists the users of the newest events.',
      // Who the users are is more than what one of them is answered.
      problems: [503],
      query: z.strictObject({ n: count }),
      answer: { status: 200, description: 'The newest first.', schema: userListSchema },
      handle: async ({ query }) => {
        if (deps.activity === undefined) {
          throw new HttpProblem(
            'UNAVAILABLE',
            'this process does not list users: ask an instance of the embedded profile',
          );
        }
        return { users: await deps.activity.recentUsers(query.n) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/users/{id}/events',
      operationId: 'listUserEvents',
      tag: 'recommendations',
      summary: 'Lists the newest interactions of a user; of somebody unknown there are none.',
      problems: [503],
      params: z.object({ id: idSchema }),
      query: z.strictObject({ n: countSchema }),
      answer: { status: 200, description: 'The newest first.', schema: userEventsSchema },
      handle: async ({ params: { id }, query: { n } }) => {
        const travel = travelOf(deps);
        const user = await deps.queries.user(id);
        return { user: id, events: user ? await travel.events(id, user.position, n) : [] };
      },
    }),
  ];
}

/** Lists for those who look around: items by title, users who were active, what a user did, durable runs. */
export function listingRoutes(deps: ApiDeps): readonly Route[] {
  return [
    ...itemLists(deps),
    ...userLists(deps),
    route({
      method: 'GET',
      path: '/v1/runs',
      operationId: 'listRuns',
      tag: 'models',
      summary: 'Lists the trainings, index builds and backfills that were started last.',
      problems: [503],
      answer: { status: 200, description: 'Those under way first.', schema: runListSchema },
      handle: async () => ({ runs: await deps.runs.list() }),
    }),
  ];
}

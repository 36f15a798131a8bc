import { z } from 'zod';

import { writeJson } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import { gorseReach } from '../gorse-reach.ts';
import { HttpProblem } from '../problem.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { idSchema } from '../schema/fields.ts';
import {
  gorseCountSchema,
  gorseHealthSchema,
  gorseKnownUserSchema,
  gorseNeighboursSchema,
  gorseScoreSchema,
  gorseSuccessSchema,
  gorseUserListSchema,
  gorseUserPatchSchema,
  gorseUserSchema,
  gorseUsersSchema,
} from '../schema/gorse.ts';

type GorseUser = z.output<typeof gorseUserSchema>;
type GorseUserPatch = z.output<typeof gorseUserPatchSchema>;

const params = z.object({ userId: idSchema.meta({ examples: ['ada'] }) });
const scores = z.array(gorseScoreSchema).readonly();
const knownUser = (id: string): z.input<typeof gorseKnownUserSchema> => ({
  ...{ UserId: id, Labels: null, Comment: '' },
});

/** A user is known by their events: of what else is sent nothing is kept, and that is said. */
function taken(users: readonly (GorseUser | GorseUserPatch)[]): z.input<typeof gorseSuccessSchema> {
  const isMore = users.some(
    ({ Labels, Subscribe, Comment = '' }) =>
      (Labels ?? null) !== null || (Subscribe ?? []).length > 0 || Comment !== '',
  );
  const Ignored = 'Labels, Subscribe and Comment of users: a user is known by their events';
  return { RowAffected: users.length, ...(isMore && { Ignored }) };
}

function writing(deps: ApiDeps): readonly Route[] {
  const words = { scope: 'write', tag: 'gorse', problems: [413, 415] } as const;
  const description = 'Nothing is kept: a user is known by their events.';
  const answer = {
    status: 200,
    description: 'It has the right form.',
    schema: gorseSuccessSchema,
  } as const;
  return [
    route({
      ...words,
      method: 'POST',
      path: '/api/user',
      operationId: 'gorseInsertUser',
      summary: 'Takes a user as Gorse’s clients send them.',
      description,
      body: gorseUserSchema,
      answer,
      handle: ({ body }) => taken([body]),
    }),
    route({
      ...words,
      method: 'POST',
      path: '/api/users',
      operationId: 'gorseInsertUsers',
      summary: 'Takes users as Gorse’s clients send them.',
      description,
      body: gorseUsersSchema,
      answer,
      handle: ({ body }) => taken(body),
    }),
    route({
      ...words,
      method: 'PATCH',
      path: '/api/user/{userId}',
      operationId: 'gorseUpdateUser',
      summary: 'Takes changes of a user as Gorse’s clients send them.',
      description,
      params,
      body: gorseUserPatchSchema,
      answer,
      handle: ({ body }) => taken([body]),
    }),
    route({
      method: 'DELETE',
      path: '/api/user/{userId}',
      operationId: 'gorseDeleteUser',
      tag: 'gorse',
      summary: 'Erases a user and what they did, as DELETE /v1/users/{id} does.',
      problems: [404, 422, 429, 503, 504],
      params,
      answer: {
        status: 200,
        description: 'They are unknown from now on.',
        schema: gorseSuccessSchema,
      },
      handle: async (call) => {
        if (deps.erasures === undefined) {
          throw new HttpProblem('UNAVAILABLE', 'this process erases no users: ask one that does');
        }
        await deps.erasures.request([call.params.userId], { now: false, purge: false });
        return { RowAffected: 1 };
      },
    }),
  ];
}

function reading(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/user/{userId}',
      operationId: 'gorseGetUser',
      tag: 'gorse',
      summary: 'Tells whether a user is known, as Gorse’s clients read it.',
      problems: [404],
      params,
      answer: { status: 200, description: 'The user.', schema: gorseKnownUserSchema },
      handle: async (call) => {
        const answer = await deps.queries.user(call.params.userId);
        if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such user');
        return knownUser(answer.id);
      },
    }),
    route({
      method: 'GET',
      path: '/api/users',
      operationId: 'gorseGetUsers',
      scope: 'admin',
      tag: 'gorse',
      summary: 'Lists the users of the newest events, as Gorse’s clients read them.',
      problems: [503],
      query: gorseCountSchema,
      answer: { status: 200, description: 'The newest first.', schema: gorseUserListSchema },
      handle: async ({ query }) => {
        if (deps.activity === undefined) {
          const remedy = 'ask an instance of the embedded profile';
          throw new HttpProblem('UNAVAILABLE', `this process does not list users: ${remedy}`);
        }
        const users = await deps.activity.recentUsers(query.n);
        return { Cursor: '', Users: users.map(({ id }) => knownUser(id)) };
      },
    }),
    route({
      method: 'GET',
      path: '/api/user/{userId}/neighbors',
      operationId: 'gorseUserNeighbors',
      scope: 'admin',
      tag: 'gorse',
      summary: 'Lists the users most similar to one, as Gorse’s clients ask for them.',
      description:
        'By the cosine of their vectors, over all users. It names other users, so it asks for more than their recommendations do.',
      problems: [404, 429, 503],
      params,
      query: gorseNeighboursSchema,
      answer: { status: 200, description: 'The nearest first.', schema: scores },
      handle: async ({ params: { userId }, query }) => {
        if (deps.activity?.neighbours === undefined) {
          const remedy = 'ask an instance of the embedded profile';
          throw new HttpProblem('UNAVAILABLE', `this process does not compare users: ${remedy}`);
        }
        const found = await deps.activity.neighbours(userId, gorseReach(query));
        if (found === undefined) throw new HttpProblem('NOT_FOUND', 'no such user');
        return found.slice(query.offset).map(({ id, score }) => ({ Id: id, Score: score }));
      },
    }),
  ];
}

function probing(deps: ApiDeps, name: 'live' | 'ready'): Route {
  const isReadiness = name === 'ready';
  return route({
    method: 'GET',
    path: `/api/health/${name}`,
    operationId: isReadiness ? 'gorseIsReady' : 'gorseIsLive',
    tag: 'gorse',
    summary: isReadiness
      ? 'Answers 503 until answers are right, as Gorse’s probes expect it.'
      : 'Answers while the process serves, as Gorse’s probes expect it.',
    open: true,
    ...(isReadiness && { problems: [503] }),
    answer: { status: 200, description: 'How it stands.', schema: gorseHealthSchema },
    handle: ({ response }) => {
      const Ready = deps.health.awaited().length === 0;
      const answer = { Ready, DataStoreConnected: Ready, CacheStoreConnected: Ready };
      if (Ready || !isReadiness) return answer;
      writeJson(response, 503, answer);
      return WRITTEN;
    },
  });
}

/** Users and probes as Gorse's clients send and read them. */
export function gorseUserRoutes(deps: ApiDeps): readonly Route[] {
  return [...writing(deps), ...reading(deps), probing(deps, 'live'), probing(deps, 'ready')];
}

import { z } from 'zod';

import type { AnswerLabel } from '../../projections/answer.ts';
import { readAfter } from '../after.ts';
import { asOfSchema, readAsOf } from '../as-of.ts';
import type { ApiDeps } from '../deps.ts';
import { armFor, withArm } from '../experiment-arm.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { RuleReader } from '../rules.ts';
import {
  popularSchema,
  recommendationSchema,
  similarSchema,
  userSchema,
} from '../schema/answers.ts';
import type { RecommendationAnswer } from '../schema/answers.ts';
import { experimentNameSchema } from '../schema/experiments.ts';
import { afterSchema, countSchema, idSchema } from '../schema/fields.ts';
import { listRules, userRules } from '../schema/rules.ts';
import { scenarioNameSchema } from '../schema/scenarios.ts';
import { refusal } from '../validation.ts';
import { scenarioNamed } from './scenarios.ts';
import { replyFromPast, TRAVELLING, travelOf } from './travels.ts';

const idParams = z.object({ id: idSchema });
const listQuery = z.strictObject({ n: countSchema, ...listRules });

const recommendationQuery = z.strictObject({
  n: countSchema,
  after: afterSchema,
  asOf: asOfSchema.optional(),
  exclude: z.enum(['seen', 'none']).default('seen').meta({
    description: 'Whether items that the user has seen are left out.',
  }),
  explain: z.enum(['true', 'false']).optional().meta({
    description: 'Whether each item says why it is there.',
  }),
  item: idSchema.optional().meta({
    description: 'The item at hand: an unknown user gets the items similar to it.',
  }),
  ...listRules,
  ...userRules,
  scenario: scenarioNameSchema.optional().meta({
    description:
      'A scenario to obey. Its filter and `filter` both have to hold; what else is given takes the place of its own.',
  }),
  experiment: experimentNameSchema.optional().meta({
    description: 'An experiment: the answer is by the arm that the user is in, and counted there.',
  }),
});

const BOTH_AFTER_AND_AS_OF = {
  field: 'asOf',
  reason: 'cannot be given together with after: one asks for the past, the other for what comes',
};

/** An explained answer tells what the user did last, where the journal is at hand. */
async function withEvents(
  { travel }: Pick<ApiDeps, 'travel'>,
  user: string,
  answer: RecommendationAnswer,
): Promise<RecommendationAnswer> {
  if (travel === undefined) return answer;
  return { ...answer, events: await travel.events(user, answer.position) };
}

const SCENARIO_OF_ARM = {
  field: 'scenario',
  reason: 'cannot be given together with experiment: its arm says by which scenario it answers',
};

const NO_ARM = { experiment: '', arm: '' };

/** The name of the scenario that a request is answered by: its own, or that of the arm. */
function scenarioAsked(
  { scenario }: { readonly scenario?: string | undefined },
  arm: AnswerLabel | undefined,
): string | undefined {
  if (arm === undefined) return scenario;
  if (scenario !== undefined) throw refusal('the query', [SCENARIO_OF_ARM]);
  return arm.scenario === '' ? undefined : arm.scenario;
}

function recommend(deps: ApiDeps, reader: RuleReader): Route {
  return route({
    method: 'GET',
    path: '/v1/users/{id}/recommendations',
    operationId: 'recommend',
    tag: 'recommendations',
    summary: 'Recommends items to a user; an unknown user gets similar or popular ones.',
    problems: [422, 429, 503, 504],
    params: idParams,
    query: recommendationQuery,
    answer: { status: 200, description: 'The best items first.', schema: recommendationSchema },
    later: TRAVELLING,
    handle: async ({ params, query, response, record }) => {
      const { n, exclude, item, asOf } = query;
      const explain = query.explain === 'true';
      const arm = armFor(deps, query.experiment, params.id, asOf);
      const scenario = scenarioAsked(query, arm);
      const rules = reader.read(query, 'a user', scenarioNamed(deps, scenario));
      const label = arm ?? (scenario === undefined ? undefined : { ...NO_ARM, scenario });
      const asked = {
        ...{ user: params.id, n, exclude },
        ...(item !== undefined && { item }),
        ...(explain && { explain }),
        ...(rules !== undefined && { rules }),
      };
      if (asOf !== undefined) {
        if (query.after.length > 0) throw refusal('the query', [BOTH_AFTER_AND_AS_OF]);
        const past = await travelOf(deps).recommend({ ...asked, asOf: readAsOf(asOf) });
        if (!explain || !('answer' in past)) return replyFromPast(past, { response });
        return withEvents(deps, params.id, past.answer);
      }
      const after = await readAfter(deps, query.after);
      const answer = deps.queries.recommend({ ...asked, after, ...(label && { label }) });
      if (record !== undefined) {
        const { position, model } = await answer;
        record.at(position, model);
      }
      const told = explain ? withEvents(deps, params.id, await answer) : answer;
      return arm === undefined ? told : withArm(await told, arm);
    },
  });
}

function lists(deps: ApiDeps, reader: RuleReader): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/items/{id}/similar',
      operationId: 'similarItems',
      tag: 'recommendations',
      summary: 'Lists the items most similar to one.',
      problems: [404, 422],
      params: idParams,
      query: listQuery,
      answer: { status: 200, description: 'The most similar items first.', schema: similarSchema },
      handle: async ({ params, query }) => {
        const rules = reader.read(query, 'everybody');
        const answer = await deps.queries.similar(params.id, query.n, rules);
        if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such item');
        return answer;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/items/popular',
      operationId: 'popularItems',
      tag: 'recommendations',
      summary: 'Lists the items that are popular now: newer events count more.',
      problems: [422, 503],
      query: listQuery,
      answer: { status: 200, description: 'The most popular items first.', schema: popularSchema },
      handle: ({ query }) => deps.queries.popular(query.n, reader.read(query, 'everybody')),
    }),
  ];
}

/** What the instance answers from what it has learned: recommendations, similar and popular items, users. */
export function recommendationRoutes(deps: ApiDeps): readonly Route[] {
  const reader = new RuleReader(deps.clock);
  return [
    recommend(deps, reader),
    ...lists(deps, reader),
    route({
      method: 'GET',
      path: '/v1/users/{id}',
      operationId: 'getUser',
      tag: 'recommendations',
      summary: 'Tells what is known of a user.',
      problems: [404],
      params: idParams,
      answer: { status: 200, description: 'The user.', schema: userSchema },
      handle: async ({ params }) => {
        const answer = await deps.queries.user(params.id);
        if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such user');
        return answer;
      },
    }),
  ];
}

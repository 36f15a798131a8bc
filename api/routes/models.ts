import { z } from 'zod';

import type { ApiDeps, RunKind } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { modelsSchema } from '../schema/answers.ts';
import { workflowIdSchema } from '../schema/fields.ts';
import {
  indexReleaseRequestSchema,
  runStateSchema,
  startedRunSchema,
  trainingRequestSchema,
} from '../schema/operations.ts';

const params = z.object({ workflowId: workflowIdSchema });

/** Declares the route that tells how a run of a kind stands. */
export function describeRun(
  deps: ApiDeps,
  kind: RunKind,
  path: string,
  operationId: string,
): Route {
  return route({
    method: 'GET',
    path: `${path}/{workflowId}`,
    operationId,
    tag: 'models',
    summary: 'Tells how a run stands, with its result once it has completed.',
    problems: [404, 503],
    params,
    answer: { status: 200, description: 'The run.', schema: runStateSchema },
    handle: async (call) => {
      const state = await deps.runs.describe(kind, call.params.workflowId);
      if (state === undefined) throw new HttpProblem('NOT_FOUND', 'no such run');
      return state;
    },
  });
}

function trainingRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/training-runs',
      operationId: 'startTraining',
      tag: 'models',
      summary: 'Trains a new model version; it becomes live when it is not worse.',
      problems: [409, 415, 503],
      body: trainingRequestSchema,
      answer: { status: 202, description: 'The run has started.', schema: startedRunSchema },
      handle: ({ body }) => deps.runs.startTraining(body),
    }),
    describeRun(deps, 'training', '/v1/training-runs', 'getTrainingRun'),
  ];
}

function indexRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/index-releases',
      operationId: 'startIndexBuild',
      tag: 'models',
      summary: 'Builds an index of the items and swaps it in when its recall is good enough.',
      problems: [409, 415, 503],
      body: indexReleaseRequestSchema,
      answer: { status: 202, description: 'The run has started.', schema: startedRunSchema },
      handle: ({ body }) => deps.runs.startIndexBuild(body),
    }),
    describeRun(deps, 'index', '/v1/index-releases', 'getIndexRelease'),
  ];
}

/** Model versions, and the durable runs that make versions and index releases. */
export function modelRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/models',
      operationId: 'listModels',
      tag: 'models',
      summary: 'Lists the model versions and says which is live.',
      answer: { status: 200, description: 'The versions.', schema: modelsSchema },
      handle: () => deps.models.list(),
    }),
    ...trainingRoutes(deps),
    ...indexRoutes(deps),
  ];
}

import { z } from 'zod';

import type { ApiDeps } from '../deps.ts';
import type { ExperimentsPort } from '../feedback-ports.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import {
  experimentNameSchema,
  experimentRequestSchema,
  experimentSchema,
  experimentsSchema,
} from '../schema/experiments.ts';

const params = z.object({ experiment: experimentNameSchema });

function changes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'PUT',
      path: '/v1/experiments/{experiment}',
      operationId: 'putExperiment',
      tag: 'experiments',
      summary: 'Begins to split users into arms; the same again changes nothing.',
      problems: [409, 415, 422, 503],
      params,
      body: experimentRequestSchema,
      answer: { status: 200, description: 'The experiment runs.', schema: experimentSchema },
      handle: ({ params: { experiment }, body }) => portOf(deps).put(experiment, body),
    }),
    route({
      method: 'DELETE',
      path: '/v1/experiments/{experiment}',
      operationId: 'endExperiment',
      tag: 'experiments',
      summary: 'Ends an experiment and forgets its figures, which are answered a last time.',
      problems: [404, 503],
      params,
      answer: { status: 200, description: 'The last figures.', schema: experimentSchema },
      handle: async (call) => found(await portOf(deps).remove(call.params.experiment)),
    }),
  ];
}

/** Users split into arms, and what became of their answers. */
export function experimentRoutes(deps: ApiDeps): readonly Route[] {
  return [
    ...changes(deps),
    route({
      method: 'GET',
      path: '/v1/experiments',
      operationId: 'listExperiments',
      tag: 'experiments',
      summary: 'Lists the experiments with their figures, oldest first.',
      problems: [503],
      answer: { status: 200, description: 'The experiments.', schema: experimentsSchema },
      handle: async () => ({ experiments: await portOf(deps).list() }),
    }),
    route({
      method: 'GET',
      path: '/v1/experiments/{experiment}',
      operationId: 'getExperiment',
      tag: 'experiments',
      summary: 'Tells how the arms of an experiment compare.',
      problems: [404, 503],
      params,
      answer: { status: 200, description: 'The figures.', schema: experimentSchema },
      handle: async (call) => found(await portOf(deps).get(call.params.experiment)),
    }),
  ];
}

function portOf({ experiments }: ApiDeps): ExperimentsPort {
  if (experiments !== undefined) return experiments;
  throw new HttpProblem(
    'UNAVAILABLE',
    'this process counts no reactions, so it runs no experiments',
  );
}

function found<T>(answer: T | undefined): T {
  if (answer === undefined) throw new HttpProblem('NOT_FOUND', 'no such experiment');
  return answer;
}

import { z } from 'zod';

import type { ApiDeps, RunControl } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { workflowIdSchema } from '../schema/fields.ts';
import { runStateSchema, startedRunSchema } from '../schema/operations.ts';
import {
  backfillRequestSchema,
  learnerChangeNames,
  learnerChangesSchema,
} from '../schema/versions.ts';
import { demand } from '../validation.ts';
import { describeRun } from './models.ts';

const params = z.object({ workflowId: workflowIdSchema });

const UNKNOWN_REMEDY = `: the settings are ${learnerChangeNames.join(', ')}`;

function controlRoute(deps: ApiDeps, control: RunControl, summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/backfills/{workflowId}/${control}`,
    operationId: `${control}Backfill`,
    tag: 'models',
    summary,
    problems: [404, 409, 415, 503],
    params,
    body: z.strictObject({}),
    answer: { status: 202, description: 'The run is told.', schema: runStateSchema },
    handle: async (call) => {
      const { workflowId } = call.params;
      const isKnown = await deps.runs.controlBackfill(workflowId, control);
      const state = isKnown ? await deps.runs.describe('backfill', workflowId) : undefined;
      if (state === undefined) throw new HttpProblem('NOT_FOUND', 'no such run');
      return state;
    },
  });
}

/** Versions that are built by replay, beside the live one. */
export function backfillRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/backfills',
      operationId: 'startBackfill',
      tag: 'models',
      summary: 'Builds a model version by replaying the journal; it ends as the shadow.',
      problems: [404, 409, 415, 422, 503],
      body: backfillRequestSchema,
      answer: { status: 202, description: 'The run has started.', schema: startedRunSchema },
      handle: ({ body: { settings, ...rest } }) => {
        if (settings === undefined) return deps.runs.startBackfill(rest);
        const changes = demand(learnerChangesSchema, settings, 'settings', UNKNOWN_REMEDY);
        return deps.runs.startBackfill({ ...rest, settings: changes });
      },
    }),
    describeRun(deps, 'backfill', '/v1/backfills', 'getBackfill'),
    controlRoute(deps, 'pause', 'Lets a backfill stand still; what it has built is kept.'),
    controlRoute(deps, 'resume', 'Lets a paused backfill go on.'),
    controlRoute(deps, 'cancel', 'Ends a backfill; the version stays registered and is not held.'),
  ];
}

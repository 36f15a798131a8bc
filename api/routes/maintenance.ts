import { z } from 'zod';

import { readAfter } from '../after.ts';
import { streamNdjson } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import { departure, replyWithProgress } from '../progress.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { rebuildReportSchema, stateHashSchema, verifyReportSchema } from '../schema/answers.ts';
import { afterSchema, versionSchema } from '../schema/fields.ts';

/** The projections that one rebuild may name. */
export const rebuildNamesMax = 16;

const stateHashQuery = z.strictObject({ version: versionSchema.optional(), after: afterSchema });
const verifyBody = z.strictObject({ version: versionSchema.optional() });
const rebuildBody = z.strictObject({
  projections: z
    .array(z.string().regex(/^[\w-]{1,64}$/, 'must be the name of a projection'))
    .max(rebuildNamesMax)
    .default([])
    .meta({ description: 'The projections to drop and fold again; all when none is named.' }),
});

function longRoutes(deps: ApiDeps): readonly Route[] {
  const { maintenance } = deps;
  return [
    route({
      method: 'POST',
      path: '/v1/verifications',
      operationId: 'verify',
      tag: 'maintenance',
      summary:
        'Replays cleanly in a scratch folder and compares state hashes. With accept: application/x-ndjson it tells its progress.',
      problems: [404, 409, 415, 503],
      body: verifyBody,
      answer: { status: 200, description: 'The comparison.', schema: verifyReportSchema },
      handle: ({ body, request, response }) =>
        replyWithProgress(request, response, deps, (onProgress, signal) =>
          maintenance.verify(body.version, onProgress, signal),
        ),
    }),
    route({
      method: 'POST',
      path: '/v1/projections/rebuild',
      operationId: 'rebuildProjections',
      tag: 'maintenance',
      summary:
        'Drops projections and folds them again. With accept: application/x-ndjson it tells its progress.',
      problems: [409, 415, 422, 503],
      body: rebuildBody,
      answer: { status: 200, description: 'They are rebuilt.', schema: rebuildReportSchema },
      handle: ({ body, request, response }) =>
        replyWithProgress(request, response, deps, (onProgress, signal) =>
          maintenance.rebuild(body.projections, onProgress, signal),
        ),
    }),
  ];
}

/** What stands behind the command line's `verify`, `rebuild` and `export`. */
export function maintenanceRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/state-hash',
      operationId: 'getStateHash',
      tag: 'maintenance',
      summary: 'Gives the canonical hash of a model version’s state and the positions it has.',
      problems: [404, 503, 504],
      query: stateHashQuery,
      answer: { status: 200, description: 'The hash.', schema: stateHashSchema },
      handle: async ({ query }) =>
        deps.maintenance.stateHash(query.version, await readAfter(deps, query.after)),
    }),
    route({
      method: 'GET',
      path: '/v1/events/export',
      operationId: 'exportEvents',
      scope: 'admin',
      tag: 'events',
      summary: 'Streams the journal’s events as NDJSON, after these positions, up to now.',
      query: z.strictObject({ after: afterSchema }),
      answer: {
        status: 200,
        description: 'One event a line, with its position.',
        mediaType: 'application/x-ndjson',
      },
      handle: async ({ query, response }) => {
        const after = await readAfter(deps, query.after);
        await streamNdjson(response, deps.maintenance.exportEvents(after, departure(response)));
        return WRITTEN;
      },
    }),
    ...longRoutes(deps),
  ];
}

import { z } from 'zod';

import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { comparisonSchema } from '../schema/comparison.ts';
import { versionSchema } from '../schema/fields.ts';

const query = z.strictObject({ a: versionSchema, b: versionSchema });

/** How two versions that are held do beside each other. */
export function comparisonRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/models/compare',
      operationId: 'compareModels',
      tag: 'models',
      summary: 'Compares two versions on the events that both were tested on, and their answers.',
      problems: [404, 409, 422, 503],
      query,
      answer: { status: 200, description: 'The comparison.', schema: comparisonSchema },
      handle: ({ query: { a, b } }) => {
        if (deps.comparisons === undefined) {
          throw new HttpProblem(
            'UNAVAILABLE',
            'no versions are held side by side here: ask an instance that learns',
          );
        }
        return deps.comparisons.compare(a, b);
      },
    }),
  ];
}

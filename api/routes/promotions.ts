import { z } from 'zod';

import type { ApiDeps, PromotionsPort } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { versionSchema } from '../schema/fields.ts';
import { promotionRequestSchema, promotionSchema } from '../schema/versions.ts';

const params = z.object({ version: versionSchema });
const body = z.strictObject({});

function promotionsOf({ promotions }: ApiDeps): PromotionsPort {
  if (promotions !== undefined) return promotions;
  throw new HttpProblem(
    'UNAVAILABLE',
    'no version is held beside the live one here: ask an instance that learns',
  );
}

/** The switches between model versions. */
export function promotionRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/v1/models/{version}/promote',
      operationId: 'promoteModel',
      tag: 'models',
      summary: 'Makes a version live that follows the stream; no request fails meanwhile.',
      problems: [404, 409, 415, 503, 504],
      params,
      body: promotionRequestSchema,
      answer: {
        status: 200,
        description: 'Every partition answers by it.',
        schema: promotionSchema,
      },
      handle: (call) => promotionsOf(deps).promote(call.params.version, call.body.gate),
    }),
    route({
      method: 'POST',
      path: '/v1/models/{version}/rollback',
      operationId: 'rollbackModel',
      tag: 'models',
      summary: 'Takes the live version, which is named, back to the one that was live before.',
      problems: [404, 409, 415, 503, 504],
      params,
      body,
      answer: {
        status: 200,
        description: 'Every partition answers by the version before.',
        schema: promotionSchema,
      },
      handle: (call) => promotionsOf(deps).rollback(call.params.version),
    }),
  ];
}

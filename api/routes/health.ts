import { z } from 'zod';

import { writeJson } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { readySchema, statusSchema } from '../schema/operations.ts';

/** Probes, and what the instance says of itself. */
export function healthRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/status',
      operationId: 'getStatus',
      tag: 'health',
      summary: 'Tells where journal, model, projections and the native parts stand.',
      answer: { status: 200, description: 'The status.', schema: statusSchema },
      handle: () => deps.health.status(),
    }),
    route({
      method: 'GET',
      path: '/health/live',
      operationId: 'isLive',
      tag: 'health',
      summary: 'Answers while the process serves.',
      open: true,
      answer: {
        status: 200,
        description: 'It serves.',
        schema: z.object({ live: z.literal(true) }),
      },
      handle: () => ({ live: true as const }),
    }),
    route({
      method: 'GET',
      path: '/health/ready',
      operationId: 'isReady',
      tag: 'health',
      summary: 'Answers 503 with what is awaited until answers are right.',
      open: true,
      problems: [503],
      answer: { status: 200, description: 'It is ready.', schema: readySchema },
      handle: ({ response }) => {
        const awaited = deps.health.awaited();
        const dependencies = deps.health.dependencies?.();
        const answer = { awaited, ...(dependencies !== undefined && { dependencies }) };
        if (awaited.length === 0) return { ready: true, ...answer };
        writeJson(response, 503, { ready: false, ...answer });
        return WRITTEN;
      },
    }),
  ];
}

import { z } from 'zod';

import { writeText } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { prequentialSchema } from '../schema/answers.ts';
import { clickThroughSchema } from '../schema/click-through.ts';
import { versionSchema } from '../schema/fields.ts';

/** The most events of a window of metrics. */
export const metricEventsMax = 10_000;

const whole = `must be a whole number from 1 to ${String(metricEventsMax)}`;

const query = z.object({
  window: z
    .int(whole)
    .min(1, whole)
    .max(metricEventsMax, whole)
    .default(1_000)
    .meta({ description: 'How many of the newest sampled events count.' }),
  model: versionSchema.optional(),
});

/** What was measured, and how well what is learned foresees what comes. */
export function metricRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/metrics',
      operationId: 'getMetrics',
      tag: 'health',
      summary: 'Tells what was measured, as Prometheus reads it.',
      problems: [503],
      answer: { status: 200, description: 'Every metric.', mediaType: 'text/plain' },
      handle: async ({ response }) => {
        if (deps.metrics === undefined) {
          throw new HttpProblem('UNAVAILABLE', 'this process measures nothing');
        }
        const { contentType, text } = await deps.metrics.exposition();
        writeText(response, contentType, text);
        return WRITTEN;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/metrics/prequential',
      operationId: 'getPrequential',
      tag: 'models',
      summary: 'Tells how well a sample of events was ranked before they were learned.',
      problems: [404, 503],
      query,
      answer: { status: 200, description: 'The figures by version.', schema: prequentialSchema },
      handle: async ({ query: { window, model } }) => {
        if (deps.prequential === undefined) {
          const remedy = 'ask the embedded profile, or bin/reprise evaluate prequential';
          throw new HttpProblem('UNAVAILABLE', `no partition learns in this process: ${remedy}`);
        }
        const answer = await deps.prequential.tell({
          window,
          ...(model !== undefined && { model }),
        });
        if (model !== undefined && answer.models.length === 0) {
          throw new HttpProblem('NOT_FOUND', `version ${model} has not served since the start`);
        }
        return answer;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/metrics/click-through',
      operationId: 'getClickThrough',
      tag: 'models',
      summary: 'Tells how many answers were given and clicked, by version and scenario.',
      problems: [503],
      answer: { status: 200, description: 'The counts.', schema: clickThroughSchema },
      handle: () => {
        if (deps.clickThrough !== undefined) return deps.clickThrough.tell();
        throw new HttpProblem('UNAVAILABLE', 'this process counts no reactions');
      },
    }),
  ];
}

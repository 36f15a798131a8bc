import { z } from 'zod';

import { streamNdjson } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { departure } from '../progress.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { RuleReader } from '../rules.ts';
import { scenarioNameSchema } from '../schema/scenarios.ts';
import { scenarioNamed } from './scenarios.ts';

const moment = z.iso.datetime({ offset: true });

const query = z.strictObject({
  scenario: scenarioNameSchema.optional().meta({
    description: 'Tells the answers that were asked by this scenario only.',
  }),
  target: scenarioNameSchema.optional().meta({
    description:
      'The scenario that is evaluated, leaving nothing to chance; the rules of each answer itself where it is left out.',
  }),
  from: moment.optional().meta({
    description: 'Events that name answers count from this moment of their appending on, RFC 3339.',
  }),
  to: moment.optional().meta({ description: 'The same, up to this moment.' }),
});

/** What was explored, as a log that off-policy estimates are made of. */
export function explorationRoutes(deps: ApiDeps): readonly Route[] {
  const reader = new RuleReader(deps.clock);
  return [
    route({
      method: 'GET',
      path: '/v1/explorations',
      operationId: 'exportExplorations',
      scope: 'admin',
      tag: 'experiments',
      summary:
        'Streams what exploring answers showed, with propensities and what came of it, as NDJSON for off-policy estimates.',
      problems: [422, 429, 503],
      query,
      answer: {
        status: 200,
        description: 'A line an item that was shown, answer by answer.',
        mediaType: 'application/x-ndjson',
      },
      handle: async ({ query: { scenario, target, from, to }, response }) => {
        const { explored } = deps;
        if (explored === undefined) {
          throw new HttpProblem('UNAVAILABLE', 'this process cannot answer from the past');
        }
        const named = scenarioNamed(deps, target, 'target');
        const asked = {
          scenario,
          target: named && reader.read({}, 'a user', named),
          fromMs: from === undefined ? undefined : Date.parse(from),
          toMs: to === undefined ? undefined : Date.parse(to),
        };
        await streamNdjson(response, explored.tell(asked, departure(response)));
        return WRITTEN;
      },
    }),
  ];
}

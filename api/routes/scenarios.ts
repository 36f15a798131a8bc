import { z } from 'zod';

import { RepriseError } from '../../events/error.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { checkedExpression } from '../rules.ts';
import type { NamedScenario } from '../rules.ts';
import type { ScenariosPort } from '../scenarios-port.ts';
import {
  removedScenarioSchema,
  scenarioDefinitionSchema,
  scenarioNameSchema,
  scenarioSchema,
  scenariosSchema,
} from '../schema/scenarios.ts';

const params = z.object({ scenario: scenarioNameSchema });

function changes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'PUT',
      path: '/v1/scenarios/{scenario}',
      operationId: 'setScenario',
      tag: 'scenarios',
      summary: 'Defines a scenario, or replaces it: answers that name it obey it from now on.',
      problems: [413, 415, 503],
      params,
      body: scenarioDefinitionSchema,
      answer: { status: 200, description: 'It is kept.', schema: scenarioSchema },
      handle: ({ params: { scenario }, body }) => {
        const { filter, boost } = body;
        if (filter !== undefined) checkedExpression('filter', filter, 'the body');
        if (boost !== undefined) checkedExpression('boost', boost, 'the body');
        return scenariosOf(deps).set(scenario, body);
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/scenarios/{scenario}',
      operationId: 'removeScenario',
      tag: 'scenarios',
      summary: 'Removes a scenario: a request that names it is refused from now on.',
      problems: [404, 503],
      params,
      answer: { status: 200, description: 'It is gone.', schema: removedScenarioSchema },
      handle: async ({ params: { scenario } }) => {
        if (!(await scenariosOf(deps).remove(scenario))) throw noSuch(scenario);
        return { removed: scenario };
      },
    }),
  ];
}

/** Named bundles of rules that answers obey. */
export function scenarioRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/scenarios',
      operationId: 'listScenarios',
      tag: 'scenarios',
      summary: 'Lists the scenarios by name.',
      problems: [503],
      answer: { status: 200, description: 'The scenarios.', schema: scenariosSchema },
      handle: () => ({ scenarios: scenariosOf(deps).list() }),
    }),
    route({
      method: 'GET',
      path: '/v1/scenarios/{scenario}',
      operationId: 'getScenario',
      tag: 'scenarios',
      summary: 'Tells what a scenario bundles.',
      problems: [404, 503],
      params,
      answer: { status: 200, description: 'The scenario.', schema: scenarioSchema },
      handle: ({ params: { scenario } }) => {
        const found = scenariosOf(deps).get(scenario);
        if (found === undefined) throw noSuch(scenario);
        return found;
      },
    }),
    ...changes(deps),
  ];
}

/** The scenario that a field of a request names; a 422 where there is none of that name. */
export function scenarioNamed(
  deps: Pick<ApiDeps, 'scenarios'>,
  name: string | undefined,
  field = 'scenario',
): NamedScenario | undefined {
  if (name === undefined) return undefined;
  const scenarios = scenariosOf(deps);
  const found = scenarios.get(name);
  if (found !== undefined) return found;
  const known = scenarios.list().map(({ scenario }) => scenario);
  const there = known.length === 0 ? 'none is defined' : `there are ${known.join(', ')}`;
  throw new RepriseError('INVALID', `${field} names ${name}, which is not defined: ${there}`, {
    field,
  });
}

/** Where scenarios are kept; a 503 where they are not. */
export function scenariosOf({ scenarios }: Pick<ApiDeps, 'scenarios'>): ScenariosPort {
  if (scenarios !== undefined) return scenarios;
  throw new HttpProblem(
    'UNAVAILABLE',
    'this process keeps no scenarios: send filter, boost and diversity themselves',
  );
}

function noSuch(scenario: string): HttpProblem {
  return new HttpProblem('NOT_FOUND', `no such scenario: ${scenario} (/v1/scenarios lists them)`);
}

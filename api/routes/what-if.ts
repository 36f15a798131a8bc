import { parsePosition } from '../../events/position.ts';
import { readAsOf } from '../as-of.ts';
import type { ApiDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { RuleReader } from '../rules.ts';
import { whatIfEventsMax, whatIfRequestSchema, whatIfSchema } from '../schema/what-if.ts';
import { scenarioNamed } from './scenarios.ts';
import { replyFromPast, TRAVELLING, travelOf } from './travels.ts';

/** Answers as they would be if other things had happened. */
export function whatIfRoutes(deps: ApiDeps): readonly Route[] {
  const reader = new RuleReader(deps.clock, 'the body');
  return [
    route({
      method: 'POST',
      path: '/v1/what-if',
      operationId: 'whatIf',
      scope: 'read',
      tag: 'recommendations',
      summary:
        'Answers what a user would be recommended with other events, and without some; nothing is written.',
      problems: [415, 422, 429, 503],
      body: whatIfRequestSchema,
      answer: {
        status: 200,
        description: 'Both answers, and how they differ.',
        schema: whatIfSchema,
      },
      later: TRAVELLING,
      handle: async ({ body, response }) => {
        const { user, n, exclude, add, remove, asOf, item } = body;
        refuseMany(add.length, remove.length);
        const rules = reader.read(body, 'a user', scenarioNamed(deps, body.scenario));
        const past = await travelOf(deps).whatIf({
          ...{ user, n, exclude },
          add: add.map(({ time, ...event }) =>
            time === undefined ? event : { ...event, time: Date.parse(time) },
          ),
          remove: remove.flatMap((text) => parsePosition(text) ?? []),
          ...(item !== undefined && { item }),
          ...(rules !== undefined && { rules }),
          ...(asOf !== undefined && { asOf: readAsOf(asOf) }),
        });
        return replyFromPast(past, { response });
      },
    }),
  ];
}

function refuseMany(added: number, removed: number): void {
  if (added + removed === 0) {
    const reason = 'is empty, and so is remove: name an event in one of them';
    throw new HttpProblem('INVALID', `add ${reason}`, { errors: [{ field: 'add', reason }] });
  }
  if (added + removed <= whatIfEventsMax) return;
  const field = added >= removed ? 'add' : 'remove';
  const reason = `makes ${String(added + removed)} events with the other list: ask for at most ${String(whatIfEventsMax)}`;
  throw new HttpProblem('INVALID', `${field} ${reason}`, { errors: [{ field, reason }] });
}

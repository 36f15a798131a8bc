import { z } from 'zod';

import type { ApiDeps, SchedulesPort } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { scheduleNames, scheduleSchema, schedulesSchema } from '../schema/schedules.ts';
import type { ScheduleControl, ScheduleName } from '../schema/schedules.ts';

const params = z.object({ name: z.string().max(64) });
const body = z.strictObject({});

function schedulesOf({ schedules }: ApiDeps): SchedulesPort {
  if (schedules !== undefined) return schedules;
  throw new HttpProblem(
    'UNAVAILABLE',
    'no schedules are kept here: ask an API that has a Temporal',
  );
}

function named(name: string): ScheduleName {
  const known = scheduleNames.find((one) => one === name);
  if (known !== undefined) return known;
  throw new HttpProblem(
    'NOT_FOUND',
    `there is no schedule ${name}: they are ${scheduleNames.join(', ')}`,
  );
}

function controlRoute(deps: ApiDeps, control: ScheduleControl, summary: string): Route {
  return route({
    method: 'POST',
    path: `/v1/schedules/{name}/${control}`,
    operationId: `${control}Schedule`,
    tag: 'maintenance',
    summary,
    problems: [404, 409, 415, 503],
    params,
    body,
    answer: { status: 200, description: 'How it stands now.', schema: scheduleSchema },
    handle: (call) => schedulesOf(deps).control(named(call.params.name), control),
  });
}

/** What runs by itself, on schedules of Temporal. */
export function scheduleRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/schedules',
      operationId: 'listSchedules',
      tag: 'maintenance',
      summary: 'Lists what runs by itself: when, what it started last, and when it runs next.',
      problems: [503],
      answer: { status: 200, description: 'Every schedule.', schema: schedulesSchema },
      handle: async () => ({ schedules: await schedulesOf(deps).list() }),
    }),
    controlRoute(deps, 'pause', 'Lets a schedule start nothing until it is resumed.'),
    controlRoute(deps, 'resume', 'Lets a paused schedule go on.'),
    controlRoute(deps, 'trigger', 'Starts what a schedule starts, now; nothing where it runs.'),
  ];
}

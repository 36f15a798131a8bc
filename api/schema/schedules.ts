import { z } from 'zod';

import { workflowIdSchema } from './fields.ts';

/** The schedules that there are, by name. */
export const scheduleNames = ['verify', 'train', 'index', 'promote'] as const;

/** The name of a schedule. */
export type ScheduleName = (typeof scheduleNames)[number];

/** What can be done with a schedule. */
export type ScheduleControl = 'pause' | 'resume' | 'trigger';

/** A schedule and how it stands. */
export const scheduleSchema = z
  .object({
    name: z.enum(scheduleNames),
    state: z.enum(['on', 'paused', 'off']).meta({
      description: 'off: the configuration says so, see `variable`.',
    }),
    when: z.string().meta({ description: 'off, a span, or five fields of cron in UTC.' }),
    variable: z.string().meta({ description: 'The variable of the environment that sets it.' }),
    workflow: z.string().meta({ description: 'The type of the workflow that it starts.' }),
    note: z.string(),
    scheduleId: z.string().optional().meta({ description: 'Its id in Temporal.' }),
    url: z.string().optional().meta({ description: 'The schedule in the Temporal UI.' }),
    nextRun: z.iso.datetime().nullable(),
    lastRun: z
      .object({
        at: z.iso.datetime(),
        workflowId: workflowIdSchema,
        url: z.string(),
        state: z.enum(['running', 'completed', 'failed', 'cancelled', 'unknown']),
      })
      .nullable(),
    runs: z.int().min(0).meta({ description: 'Started so far.' }),
    skipped: z.int().min(0).meta({ description: 'Not started, for the one before still ran.' }),
    missed: z.int().min(0).meta({ description: 'Not started, for no server ran then.' }),
  })
  .meta({ id: 'Schedule' });
/** How a schedule stands. */
export type ScheduleAnswer = z.infer<typeof scheduleSchema>;

/** What `GET /v1/schedules` answers. */
export const schedulesSchema = z
  .object({ schedules: z.array(scheduleSchema).readonly() })
  .meta({ id: 'Schedules' });

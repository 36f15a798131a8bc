import { z } from 'zod';

import { recommendationSchema } from './answers.ts';
import { eventSchema } from './events.ts';
import { countSchema } from './fields.ts';

/** The events that one session may have. */
export const sessionEventsMax = 100;

/** What `POST /v1/sessions/recommendations` takes. */
export const sessionRequestSchema = z
  .strictObject({
    events: z
      .array(eventSchema.omit({ user: true, context: true, recommendationId: true }))
      .min(1, 'must name at least 1 event')
      .max(sessionEventsMax, `must name at most ${String(sessionEventsMax)} events`)
      .meta({ description: 'What was done in the session, in order.' }),
    n: countSchema,
    exclude: z.enum(['seen', 'none']).default('seen').meta({
      description: 'Whether items of the session are left out.',
    }),
  })
  .meta({ id: 'SessionRequest' });

/** What `POST /v1/sessions/recommendations` answers. */
export const sessionSchema = recommendationSchema
  .pick({ basedOn: true, position: true, model: true, note: true, items: true })
  .meta({ id: 'SessionRecommendation' });
/** What somebody whom nobody knows is recommended. */
export type SessionAnswer = z.infer<typeof sessionSchema>;

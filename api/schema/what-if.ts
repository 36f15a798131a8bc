import { z } from 'zod';

import { asOfSchema } from '../as-of.ts';
import { recommendationSchema } from './answers.ts';
import { eventSchema } from './events.ts';
import { countSchema, idSchema, positionSchema } from './fields.ts';
import { listRules, userRules } from './rules.ts';
import { scenarioNameSchema } from './scenarios.ts';

/** The events that one question may add and remove, together. */
export const whatIfEventsMax = 1_000;

const answered = recommendationSchema.pick({
  basedOn: true,
  position: true,
  model: true,
  filter: true,
  note: true,
  items: true,
});
const placed = z.object({
  id: idSchema,
  place: z.int().min(1).meta({ description: 'From 1 on.' }),
  score: z.number(),
});

/** What `POST /v1/what-if` takes. */
export const whatIfRequestSchema = z
  .strictObject({
    user: idSchema,
    add: z
      .array(eventSchema.omit({ user: true, source: true, context: true, recommendationId: true }))
      .default([])
      .meta({ description: 'Interactions of the user that come on top, in order.' }),
    remove: z
      .array(positionSchema)
      .default([])
      .meta({
        description: 'Positions of the user’s own interactions that are left out.',
        examples: [['0:15316']],
      }),
    n: countSchema,
    exclude: z.enum(['seen', 'none']).default('seen'),
    item: idSchema.optional(),
    asOf: asOfSchema.optional(),
    ...listRules,
    ...userRules,
    scenario: scenarioNameSchema.optional().meta({
      description:
        'A scenario that both answers obey. Its filter and `filter` both have to hold; what else is given takes the place of its own.',
    }),
  })
  .meta({ id: 'WhatIfRequest' });

/** What `POST /v1/what-if` answers. */
export const whatIfSchema = z
  .object({
    before: answered.meta({ description: 'The answer as things are.' }),
    after: answered.meta({ description: 'The answer as they would be.' }),
    difference: z.object({
      entered: z.array(placed).readonly(),
      left: z.array(placed).readonly(),
      moved: z
        .array(
          z.object({
            id: idSchema,
            from: z.int().min(1),
            to: z.int().min(1),
            scoreBefore: z.number(),
            scoreAfter: z.number(),
          }),
        )
        .readonly()
        .meta({ description: 'In both, at another place or with another score.' }),
    }),
  })
  .meta({ id: 'WhatIf' });
/** What a user is answered, what they would be, and the difference. */
export type WhatIfAnswer = z.infer<typeof whatIfSchema>;

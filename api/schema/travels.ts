import { z } from 'zod';

import { standSchema } from './fields.ts';

/** The id of a time travel. */
export const travelIdSchema = z
  .string()
  .regex(/^travel-[0-9a-f]{16}$/, 'must be the id of a time travel')
  .meta({ description: 'The id of a time travel, as a 202 gave it.' });

/** What an answer from the past says that takes long, and what polling it answers. */
export const travelSchema = z
  .object({
    travelId: travelIdSchema,
    state: z.enum(['running', 'completed', 'failed']),
    position: z.array(standSchema).readonly().meta({ description: 'Where it goes.' }),
    progress: z
      .object({ done: z.number(), total: z.number() })
      .meta({ description: 'Events replayed of those on the way.' }),
    poll: z.string().meta({ description: 'Where to ask how it stands.' }),
    url: z.string().optional().meta({ description: 'The travel in the Temporal UI, where it is.' }),
    failure: z.string().optional(),
  })
  .meta({ id: 'Travel' });
/** A time travel as it stands; once it has completed, the same question is answered at once. */
export type TravelAnswer = z.infer<typeof travelSchema>;

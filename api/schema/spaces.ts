import { z } from 'zod';

/** A space that runs beside the main one. */
export const spaceSchema = z
  .object({
    name: z.string(),
    state: z.enum(['starting', 'up', 'down', 'stopped']).meta({
      description: 'Requests of a space that is not up get 503.',
    }),
    restarts: z.int().min(0).meta({ description: 'Since the server started.' }),
    why: z.string().nullable().meta({ description: 'Why it is down, or was last.' }),
    since: z.iso.datetime().meta({ description: 'Since when it stands so.' }),
  })
  .meta({ id: 'Space' });
/** How a space stands. */
export type SpaceAnswer = z.infer<typeof spaceSchema>;

/** What `GET /v1/spaces` answers. */
export const spacesSchema = z
  .object({ spaces: z.array(spaceSchema).readonly() })
  .meta({ id: 'Spaces' });

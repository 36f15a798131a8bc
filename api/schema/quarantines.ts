import { z } from 'zod';

import { idSchema, positionSchema, standSchema, versionSchema } from './fields.ts';

/** The users that one quarantine may name. */
export const quarantineUsersMax = 10_000;

/** The positions that one end of a quarantine's range may name: one a partition. */
export const quarantinePositionsMax = 256;

/** The name of a quarantine. */
export const quarantineIdSchema = z
  .string()
  .regex(/^q[1-9]\d{0,8}$/, 'must be a quarantine such as q1')
  .meta({ description: 'A quarantine: q1, q2 and so on.' });

const range = z
  .array(positionSchema)
  .max(quarantinePositionsMax, 'must name at most one position a partition')
  .default([]);

/** What `POST /v1/quarantines` takes. */
export const quarantineRequestSchema = z
  .strictObject({
    users: z
      .array(idSchema)
      .min(1, 'must name a user')
      .max(quarantineUsersMax, `must name at most ${String(quarantineUsersMax)} users`)
      .optional(),
    source: idSchema.optional().meta({
      description: 'The source whose events are meant, whoever did them; in the place of `users`.',
    }),
    from: range.meta({
      description:
        'Events after these positions, one a partition at most; from the start where one is not named.',
    }),
    to: range.meta({
      description:
        'Events up to these positions; up to the head of now where a partition is not named.',
    }),
  })
  .refine(({ users, source }) => users !== undefined || source !== undefined, {
    path: ['users'],
    error: 'must name a user, or name a source',
  })
  .refine(({ users, source }) => users === undefined || source === undefined, {
    path: ['source'],
    error: 'cannot be named beside users: set two quarantines',
  })
  .meta({ id: 'QuarantineRequest' });

/** How a quarantine stands. */
export const quarantineSchema = z
  .object({
    quarantineId: quarantineIdSchema,
    state: z.enum(['building', 'active', 'lifting', 'lifted']),
    inForce: z
      .boolean()
      .meta({ description: 'Whether the version that serves leaves the events out.' }),
    users: z.int().min(0).meta({ description: 'Users that it names; 0 where it names a source.' }),
    source: idSchema.optional(),
    events: z.int().min(1).meta({ description: 'Events that are left out.' }),
    from: z.array(standSchema).readonly(),
    to: z.array(standSchema).readonly(),
    requestedAt: z.iso.datetime(),
    url: z.string().optional().meta({ description: 'The run in the Temporal UI.' }),
    failure: z.string().optional().meta({ description: 'Why the last try failed; it goes on.' }),
    version: versionSchema
      .optional()
      .meta({ description: 'The version built for its last change.' }),
    parent: versionSchema
      .optional()
      .meta({ description: 'The version that was live before that.' }),
    replayedFrom: z.array(standSchema).readonly().optional(),
    promotedAt: z.array(positionSchema).readonly().optional(),
  })
  .meta({ id: 'Quarantine' });
/** How a quarantine stands. */
export type QuarantineAnswer = z.infer<typeof quarantineSchema>;

/** What `GET /v1/quarantines` answers. */
export const quarantinesSchema = z
  .object({ quarantines: z.array(quarantineSchema).readonly() })
  .meta({ id: 'Quarantines' });

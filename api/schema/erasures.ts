import { z } from 'zod';

import { idSchema, positionSchema, standSchema, versionSchema } from './fields.ts';

/** The users that one request may erase. */
export const eraseUsersMax = 1_000;

/** The name of an erasure. */
export const erasureIdSchema = z
  .string()
  .regex(/^e[1-9]\d{0,8}$/, 'must be an erasure such as e1')
  .meta({ description: 'An erasure: e1, e2 and so on.' });

/** What `POST /v1/erasures` takes. */
export const erasureRequestSchema = z
  .strictObject({
    users: z
      .array(idSchema)
      .min(1, 'must name a user')
      .max(eraseUsersMax, `must name at most ${String(eraseUsersMax)} users`),
    now: z.boolean().default(false).meta({
      description:
        'Whether the version without them is built at once, not when others may have come.',
    }),
    purge: z.boolean().default(false).meta({
      description: 'Whether what the journal holds of them is blanked, too.',
    }),
  })
  .meta({ id: 'ErasureRequest' });

/** What erasing users answers, and what is told of an erasure later: its manifest, once it is done. */
export const erasureSchema = z
  .object({
    erasureId: erasureIdSchema,
    state: z.enum(['collecting', 'rebuilding', 'done']),
    users: z.int().min(1).meta({ description: 'Users that it erases; none is named.' }),
    requestedAt: z.iso.datetime(),
    identitiesDestroyed: z.boolean().meta({
      description:
        'Whether their ids and keys are destroyed: nobody can tell any more whose events they were.',
    }),
    url: z.string().optional().meta({ description: 'The run in the Temporal UI.' }),
    failure: z.string().optional().meta({ description: 'Why the last try failed; it goes on.' }),
    version: versionSchema
      .optional()
      .meta({ description: 'The version that is built without them.' }),
    parent: versionSchema.optional().meta({ description: 'The version that was live before.' }),
    builtFrom: versionSchema.optional().meta({
      description:
        'The version whose definition and base the new one has: an older one than `parent` where the trained base of that held a user.',
    }),
    baseHoldsErased: z.boolean().optional(),
    events: z
      .int()
      .min(0)
      .optional()
      .meta({ description: 'Their events that replay passes over.' }),
    firstEvents: z.array(positionSchema).readonly().optional(),
    replayedFrom: z.array(standSchema).readonly().optional(),
    finishedAt: z.iso.datetime().optional(),
    stateHash: z.string().optional().meta({
      description:
        'The hash of the live state, which equals that of a journal without their events.',
    }),
    stateAt: z.array(standSchema).readonly().optional(),
    promotedAt: z.array(positionSchema).readonly().optional(),
    purged: z.int().min(1).optional().meta({
      description: 'Users whose events were blanked in the journal.',
    }),
    retraining: z.string().optional().meta({
      description:
        'Where a trained base was dropped: the training run that takes its place, or why there is none.',
    }),
    deleted: z
      .object({
        checkpoints: z.int(),
        merges: z.int(),
        runs: z.int(),
        indexReleases: z.array(z.string()).readonly(),
        bases: z.array(versionSchema).readonly(),
      })
      .optional()
      .meta({ description: 'Derived files that may have held them.' }),
  })
  .meta({ id: 'Erasure' });
/** How an erasure stands. */
export type ErasureAnswer = z.infer<typeof erasureSchema>;

/** What `GET /v1/erasures` answers. */
export const erasuresSchema = z
  .object({ erasures: z.array(erasureSchema).readonly() })
  .meta({ id: 'Erasures' });

import { z } from 'zod';

import { standSchema, versionSchema, workflowIdSchema } from './fields.ts';

const stands = z.array(standSchema).readonly();

/** What `POST /v1/verifications` takes. */
export const verifyRequestSchema = z
  .strictObject({
    model: versionSchema.optional().meta({
      description: 'A version that is held: live, shadow or previous. Default: live.',
    }),
    full: z.boolean().optional().meta({
      description:
        'Whether every checkpoint and mark that is kept is compared, too, and what each checkpoint proves. Default: false.',
    }),
  })
  .meta({ id: 'VerifyRequest' });
/** What to verify, and how much of it. */
export type VerifyRequest = z.infer<typeof verifyRequestSchema>;

const parted = z
  .object({
    partition: z.int().min(0),
    after: standSchema.meta({ description: 'The last place that is known to be equal.' }),
    at: standSchema.meta({ description: 'The first place that is known to differ.' }),
    events: z.int().min(0).meta({
      description: 'Between the two. 1: this event. 0: it was learned well, and kept wrongly.',
    }),
    by: z.enum(['rows', 'checkpoint', 'state']).meta({
      description: 'What differs there: a mark of the rows, a checkpoint, or the state as it is.',
    }),
  })
  .meta({ id: 'Parted' });

const kept = z
  .object({
    checkpoints: z.int().min(0).meta({ description: 'Checkpoints that were read and compared.' }),
    marks: z.int().min(0).meta({ description: 'Marks of the rows that were compared.' }),
    unlinked: z.int().min(0).meta({ description: 'Checkpoints that say not what they come of.' }),
    otherKernel: z.int().min(0).meta({ description: 'Checkpoints that another kernel learned.' }),
    faults: z
      .array(z.object({ position: standSchema, fault: z.string() }))
      .readonly()
      .meta({ description: 'Checkpoints that are not what they have to be, and why.' }),
  })
  .meta({ id: 'KeptStates' });

/** What `POST /v1/verifications` answers. */
export const verifyReportSchema = z
  .looseObject({
    equal: z.boolean(),
    version: versionSchema,
    hash: z.string().meta({ description: 'Of the clean replay.' }),
    live: z.string().meta({ description: 'Of what is held.' }),
    positions: stands,
    events: z.int().min(0),
    differing: z.array(z.int().min(0)).readonly().meta({ description: 'Partitions.' }),
    parted: z
      .array(parted)
      .readonly()
      .optional()
      .meta({ description: 'Where each of these parts, the earliest first; where it differs.' }),
    kept: kept.optional(),
    workflowId: workflowIdSchema.optional(),
    url: z.string().optional().meta({ description: 'The run in the Temporal UI, where it runs.' }),
  })
  .meta({ id: 'VerifyReport' });
/** Whether a clean replay gives the state that is held. */
export type VerifyReport = z.infer<typeof verifyReportSchema>;

import { z } from 'zod';

import { versionSchema } from './fields.ts';

/** The arms that an experiment may have. */
export const experimentArmsMax = 8;

const name = z
  .string()
  .regex(/^\w[\w.-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores');

/** The name of an experiment. */
export const experimentNameSchema = name.meta({ description: 'The name of an experiment.' });

const arm = z.strictObject({
  name: name.meta({ description: 'The name of the arm.' }),
  share: z.number().gt(0, 'must be more than 0').max(1).meta({
    description: 'The part of the users; those of all arms sum to 1.',
  }),
  scenario: name.optional().meta({ description: 'The scenario that its answers are asked by.' }),
  version: versionSchema.optional().meta({
    description:
      'The model version that its answers are by: the live one, or one held beside it. Where other arms name one and it does not: the one that is live now.',
  }),
});

/** What `PUT /v1/experiments/{experiment}` takes. */
export const experimentRequestSchema = z
  .strictObject({
    arms: z
      .array(arm)
      .min(2, 'must name at least 2 arms')
      .max(experimentArmsMax, `must name at most ${String(experimentArmsMax)} arms`)
      .refine((arms) => new Set(arms.map((one) => one.name)).size === arms.length, {
        error: 'must name each arm once',
      })
      .refine((arms) => Math.abs(arms.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9, {
        error: 'must have shares that sum to 1',
      })
      .meta({
        description: 'The first is what the others are compared with.',
        examples: [
          [
            { name: 'plain', share: 0.5 },
            { name: 'bold', share: 0.5 },
          ],
        ],
      }),
    effect: z.number().gt(0, 'must be more than 0').max(1).default(0.01).meta({
      description:
        'The difference of rates that the test is tuned to: it finds about as great a one soonest.',
    }),
  })
  .meta({ id: 'ExperimentRequest' });

const count = z.int().min(0);

/** What the routes of experiments answer. */
export const experimentSchema = z
  .object({
    experiment: experimentNameSchema,
    startedAt: z.iso.datetime(),
    effect: z.number(),
    full: z.boolean().meta({ description: 'True where more users came than are counted.' }),
    uncounted: z.string().nullable().meta({
      description:
        'Why answers are counted to no arm now, in some partitions or in all; null while they are counted.',
    }),
    arms: z
      .array(
        z.object({
          ...{ name, share: z.number(), scenario: z.string().nullable() },
          version: versionSchema.nullable().meta({
            description: 'The model version that answers; null where live does.',
          }),
          ...{ users: count, answers: count, clicked: count },
          rate: z.number().nullable().meta({
            description: '`clicked` by `answers`; null before the first answer.',
          }),
          comparison: z
            .object({
              difference: z.number().meta({ description: 'Of its rate from that of the first.' }),
              low: z.number(),
              high: z.number().meta({
                description: 'The interval holds at all looks at once, with 95 % for all arms.',
              }),
              pValue: z.number().meta({ description: 'Valid whenever one looks and stops.' }),
              verdict: z.enum(['better', 'worse', 'undecided', 'early']).meta({
                description: 'Early: too few users to say anything.',
              }),
            })
            .nullable()
            .meta({ description: 'Null for the first arm, and before both have answers.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Experiment' });
/** An experiment with its figures. */
export type ExperimentAnswer = z.infer<typeof experimentSchema>;

/** What `GET /v1/experiments` answers. */
export const experimentsSchema = z
  .object({ experiments: z.array(experimentSchema).readonly() })
  .meta({ id: 'Experiments' });

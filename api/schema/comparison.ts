import { z } from 'zod';

import { standSchema, versionSchema } from './fields.ts';

const figure = z
  .object({
    a: z.number(),
    b: z.number(),
    difference: z.number().meta({ description: 'b − a.' }),
    low: z.number(),
    high: z.number(),
  })
  .meta({ description: 'Both means and their difference with its interval of 95 %, paired.' });

const stands = z.array(standSchema).readonly();

/** What `GET /v1/models/compare` answers. */
export const comparisonSchema = z
  .object({
    a: versionSchema,
    b: versionSchema,
    positions: z.object({ a: stands, b: stands }),
    method: z.string().meta({ description: 'How the figures are made.' }),
    cohorts: z
      .array(
        z.object({
          cohort: z.enum(['all', 'newUsers', 'heavyUsers', 'tailItems']),
          events: z.int().min(0).meta({ description: 'Sampled events that both were tested on.' }),
          recall10: figure,
          mrr10: figure,
        }),
      )
      .readonly(),
    overlap10: z.object({
      users: z.int().min(0).meta({ description: 'Users sampled, known to both.' }),
      mean: z.number().meta({ description: 'Mean share of the top 10 that both name.' }),
      histogram: z.array(z.int().min(0)).readonly().meta({
        description: 'Users by how many of the top 10 both name, from 0 to 10.',
      }),
    }),
    drift: z.object({
      items: z.int().min(0).meta({ description: 'Items sampled, known to both.' }),
      alignment: z.number().nullable().meta({
        description: 'Linear CKA of the item vectors: 1 where one is the other turned or scaled.',
      }),
    }),
    stream: z
      .array(z.object({ events: z.int(), a: z.number(), b: z.number() }))
      .readonly()
      .meta({ description: 'Recall@10 over a window that moves along the paired events.' }),
  })
  .meta({ id: 'Comparison' });
/** Two versions side by side. */
export type ComparisonAnswer = z.infer<typeof comparisonSchema>;

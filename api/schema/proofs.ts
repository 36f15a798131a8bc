import { z } from 'zod';

import { scoredItemSchema } from './answers.ts';
import { idSchema, standSchema, versionSchema } from './fields.ts';
import { answeredRulesSchema } from './rules.ts';

/** The characters of a recommendation's id: base64url, eight more for each position after the first. */
export const recommendationIdCharsMax = 4_096;

/** The id of a recommendation. */
export const recommendationIdSchema = z
  .string()
  .regex(/^[\w-]+$/, 'must be the id of a recommendation, as it was answered')
  .max(recommendationIdCharsMax, 'must be the id of a recommendation, as it was answered')
  .meta({ description: 'The id of a recommendation, as it was answered.' });

const verdict = z.enum(['equal', 'different', 'unverifiable']).meta({
  description:
    'Unverifiable: what an index proposed then cannot be told any more; `reason` says why.',
});
const method = z.enum(['exact', 'release']).meta({
  description: 'Made again by scanning everything, or from the candidates of the release it names.',
});
const items = z.array(scoredItemSchema).readonly();

/** What `GET /v1/recommendations/{recommendationId}` answers. */
export const lineageSchema = z
  .object({
    recommendationId: recommendationIdSchema,
    basedOn: z.enum(['user', 'item', 'popular']),
    user: idSchema
      .nullable()
      .meta({ description: 'Null where nobody knew them, or they were erased since.' }),
    n: z.int().min(1),
    exclude: z.enum(['seen', 'none']),
    item: idSchema.nullable().meta({ description: 'The item at hand.' }),
    rules: answeredRulesSchema
      .nullable()
      .meta({ description: 'What it obeyed beside the learner; null where there were no rules.' }),
    experiment: z
      .object({ name: z.string(), arm: z.string() })
      .nullable()
      .meta({ description: 'The experiment and the arm that it was asked by; null where none.' }),
    position: z.array(standSchema).readonly().meta({ description: 'Where it was read.' }),
    appendedAt: z
      .array(z.iso.datetime().nullable())
      .readonly()
      .meta({ description: 'When the last event of each position was appended.' }),
    model: z.object({
      version: versionSchema,
      learner: z
        .string()
        .nullable()
        .meta({ description: 'Null where it is not registered any more.' }),
      parent: versionSchema.nullable(),
      start: z.array(standSchema).readonly().nullable(),
    }),
    release: z
      .string()
      .nullable()
      .meta({ description: 'The index release that proposed candidates.' }),
    verdict,
    items: items.meta({ description: 'The items, made again.' }),
  })
  .meta({ id: 'Lineage' });
/** Where an answer came from, and the answer as it is made again. */
export type LineageAnswer = z.infer<typeof lineageSchema>;

/** What `GET /v1/recommendations/{recommendationId}/verify` answers. */
export const answerProofSchema = z
  .object({
    recommendationId: recommendationIdSchema,
    equal: z.boolean(),
    verdict,
    method,
    expectedHash: z.string().meta({
      description: 'First 16 bytes of SHA-256 over ids and scores, hex: signed when it was given.',
    }),
    recomputedHash: z.string(),
    reason: z.string().optional(),
    changedByErasure: z
      .boolean()
      .meta({ description: 'Not equal, and users were erased since the journal began.' }),
    items: items.meta({ description: 'The items, made again.' }),
  })
  .meta({ id: 'AnswerProof' });
/** Whether an answer is what a replay to its place gives. */
export type AnswerProofAnswer = z.infer<typeof answerProofSchema>;

import { z } from 'zod';

import { positionSchema, standSchema, versionSchema } from './fields.ts';

/** The positions that `from` or `to` of a backfill may name: one a partition. */
export const backfillPositionsMax = 256;

/** The most events that a gate may ask for: no more are kept. */
export const gateEventsMax = 10_000;

const positions = z
  .array(standSchema)
  .max(backfillPositionsMax, `must name at most ${String(backfillPositionsMax)} positions`)
  .optional();

const rule = z.strictObject({
  biasRate: z.number(),
  fading: z.number(),
  weightRate: z.number(),
  contextItemsMax: z.int(),
  revisits: z.int(),
  windowEventsMax: z.int(),
  partnersMax: z.int(),
  popularMax: z.int(),
  candidatesMax: z.int(),
  weighedEvery: z.int(),
});

/** The settings of a learner that a backfill may change; their ranges are the learner's to check. */
export const learnerChangesSchema = z
  .strictObject({
    learner: z.enum(['isgd', 'gmf', 'blend']),
    dimensions: z.int(),
    learningRate: z.number(),
    regularization: z.number(),
    negatives: z.int(),
    initDeviation: z.number(),
    popularityHalfLifeMs: z.number(),
    blend: rule.partial(),
  })
  .partial()
  .meta({
    id: 'LearnerChanges',
    description:
      'What is different from the live version; with another learner, from what that learner starts with.',
  });
/** Changes of a learner's settings. */
export type LearnerChanges = z.infer<typeof learnerChangesSchema>;

/** The names that {@link learnerChangesSchema} knows, those of the blend's rule after a dot. */
export const learnerChangeNames: readonly string[] = [
  ...Object.keys(learnerChangesSchema.shape),
  ...Object.keys(rule.shape).map((name) => `blend.${name}`),
];

/** What `POST /v1/backfills` takes; its settings are checked apart, to name those that there are. */
export const backfillRequestSchema = z
  .strictObject({
    name: versionSchema
      .optional()
      .meta({ description: 'v2, v3 and so on; the next where absent.' }),
    model: versionSchema.optional().meta({
      description:
        'A version that is registered, to be brought to the head again; excludes all but to.',
    }),
    settings: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description: `Changes of the live version's settings: ${learnerChangeNames.join(', ')}.`,
      }),
    from: positions.meta({
      description:
        'Where the version starts to learn: the events after it; from the first where absent.',
    }),
    to: positions.meta({
      description:
        'How far the backfill goes before the version follows by itself; the head where absent.',
    }),
    order: z.enum(['journal', 'time']).optional().meta({
      description:
        'time: the events up to `to` are learned in the order of their times, those after it as they come; journal where absent.',
    }),
  })
  .meta({ id: 'BackfillRequest' });
/** What a backfill is asked for, its settings checked. */
export interface BackfillRequest extends Omit<z.infer<typeof backfillRequestSchema>, 'settings'> {
  readonly settings?: LearnerChanges;
}

/** What `POST /v1/models/{version}/promote` takes. */
export const promotionRequestSchema = z
  .strictObject({
    gate: z
      .strictObject({
        metric: z.enum(['recall10', 'mrr10']).default('recall10'),
        eventsMin: z.int().min(1).max(gateEventsMax).default(1_000).meta({
          description: 'Events that both have to be tested on.',
        }),
      })
      .optional()
      .meta({
        description:
          'Promotes only where the 95 % interval of the difference to the live version lies above 0.',
      }),
  })
  .meta({ id: 'PromotionRequest' });
/** What a version has to show before it becomes live. */
export type PromotionGate = NonNullable<z.output<typeof promotionRequestSchema>['gate']>;

/** What a promotion answers. */
export const promotionSchema = z
  .object({
    version: versionSchema.meta({ description: 'The version that is live now.' }),
    previous: versionSchema.meta({ description: 'The version that was live before.' }),
    positions: z.array(positionSchema).readonly().meta({
      description: 'Where the promotion stands: answers past it are by the version.',
    }),
    switchMs: z.number().meta({ description: 'How long it took until every partition answered.' }),
  })
  .meta({ id: 'Promotion' });
/** A promotion that has taken effect. */
export type PromotionAnswer = z.infer<typeof promotionSchema>;

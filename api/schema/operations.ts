import { z } from 'zod';

import { standSchema, versionSchema, workflowIdSchema } from './fields.ts';

const stands = z.array(standSchema).readonly();
const part = z.looseObject({
  name: z.string(),
  on: z.boolean(),
  reason: z.string().optional().meta({ description: 'Why it is off, with the remedy.' }),
});

/** What `POST /v1/training-runs` takes. */
export const trainingRequestSchema = z
  .strictObject({
    trainer: z.enum(['tfjs', 'kernel']).optional().meta({
      description: 'Who trains: tfjs-node, or the SIMD kernel, which needs none. Default: tfjs.',
    }),
    epochs: z.int().min(1).max(1_000).optional(),
    seed: z.int().min(0).max(4_294_967_295).optional(),
    promote: z
      .enum(['if-not-worse', 'never'])
      .optional()
      .meta({ description: 'Whether the new version may become live. Default: if-not-worse.' }),
  })
  .meta({ id: 'TrainingRequest' });
/** How to train; everything has a default. */
export type TrainingRequest = z.infer<typeof trainingRequestSchema>;

/** What `POST /v1/index-releases` takes. */
export const indexReleaseRequestSchema = z
  .strictObject({
    version: versionSchema.optional(),
  })
  .meta({ id: 'IndexReleaseRequest' });
/** What to index; the live version where none is named. */
export type IndexReleaseRequest = z.infer<typeof indexReleaseRequestSchema>;

/** What starting a run answers. */
export const startedRunSchema = z
  .object({
    workflowId: workflowIdSchema,
    url: z.string().meta({ description: 'The run in the Temporal UI.' }),
  })
  .meta({ id: 'StartedRun' });
/** A run that was started, and where to watch it. */
export type StartedRun = z.infer<typeof startedRunSchema>;

/** What polling a run answers. */
export const runStateSchema = z
  .looseObject({
    workflowId: workflowIdSchema,
    url: z.string(),
    state: z.enum(['running', 'completed', 'failed', 'cancelled']),
    stage: z.string().optional(),
    progress: z.object({ done: z.number(), total: z.number() }).optional(),
    failure: z.string().optional(),
    result: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'RunState' });
/** How a run stands; `result` is there once it has completed. */
export type RunState = z.infer<typeof runStateSchema>;

/** What `GET /v1/status` answers. */
export const statusSchema = z
  .looseObject({
    release: z.string().meta({ description: 'The version of this software.', examples: ['0.1.0'] }),
    profile: z.string(),
    partitions: z.int().min(1),
    uptimeSeconds: z.number(),
    residentBytes: z.number(),
    awaited: z.array(z.string()).readonly(),
    journal: z.looseObject({ heads: stands, bytes: z.number(), full: z.boolean() }),
    model: z.looseObject({ version: versionSchema, learner: z.string(), positions: stands }),
    replay: z.looseObject({
      leased: z.boolean(),
      reason: z.string().optional(),
      behind: z.int().min(0).meta({ description: 'Events that stand in the journal unread.' }),
      waiting: z.array(z.string()).optional().meta({
        description: 'Partitions that stand before a barrier, and for which others they wait.',
      }),
    }),
    projections: z.array(z.looseObject({ name: z.string(), positions: stands })).readonly(),
    search: z.looseObject({
      mode: z.enum(['exact', 'approximate']),
      release: z.string().optional(),
      reason: z.string().optional(),
    }),
    counts: z.looseObject({
      events: z.int().min(0),
      users: z.int().min(0),
      items: z.int().min(0),
      refused: z.int().min(0),
    }),
    parts: z.array(part).readonly().meta({ description: 'The native parts, on or off and why.' }),
    links: z.record(z.string(), z.string()).optional(),
    dependencies: z
      .array(
        z.looseObject({
          name: z.string(),
          where: z.string(),
          up: z.boolean(),
          since: z.iso.datetime(),
          why: z.string().optional(),
        }),
      )
      .readonly()
      .optional()
      .meta({ description: 'Cluster profile: the servers that this process depends on.' }),
    erasures: z
      .array(z.looseObject({ erasureId: z.string(), state: z.string(), users: z.int() }))
      .readonly()
      .optional()
      .meta({ description: 'Erasures that are pending: the live state still knows their users.' }),
    movers: z
      .array(z.looseObject({ partition: z.int(), holder: z.string(), position: standSchema }))
      .readonly()
      .optional()
      .meta({ description: 'Cluster profile: which worker moves each partition.' }),
    warnings: z
      .array(z.object({ message: z.string(), times: z.int().min(1), lastAt: z.iso.datetime() }))
      .readonly()
      .optional()
      .meta({ description: 'What went wrong and was worked around, newest last.' }),
  })
  .meta({ id: 'Status' });
/** What the instance says of itself. */
export type StatusAnswer = z.infer<typeof statusSchema>;

/** What `GET /health/ready` answers. */
export const readySchema = z
  .object({
    ready: z.boolean(),
    awaited: z.array(z.string()).readonly(),
    dependencies: z
      .record(z.string(), z.string())
      .optional()
      .meta({ description: 'Cluster profile: how each server that it depends on stands.' }),
  })
  .meta({ id: 'Ready' });

import { z } from 'zod';

import { idSchema, positionSchema, standSchema, versionSchema } from './fields.ts';
import { filterReportSchema } from './rules.ts';

const stands = z.array(standSchema).readonly();
const metadata = z.record(z.string(), z.unknown());

const explanation = z
  .object({
    shares: z.record(z.string(), z.number()).meta({
      description: 'What the score is made of, by source; they sum to it.',
    }),
    because: z
      .array(z.object({ item: idSchema, share: z.number() }))
      .readonly()
      .optional()
      .meta({ description: 'The part of `taste` along each of the items that the user had last.' }),
    rest: z.number().optional().meta({ description: 'What of `taste` lies along none of them.' }),
    neighbours: z
      .array(z.object({ item: idSchema, cosine: z.number() }))
      .readonly()
      .meta({ description: 'Of the items that the user had last, the most similar ones.' }),
  })
  .meta({ id: 'Explanation' });

/** An item of an answer. */
export const scoredItemSchema = z.object({
  id: idSchema,
  score: z.number(),
  title: z.string().optional(),
  pinned: z.literal(true).optional().meta({
    description: 'A scenario has it stand first; its score is 0 then.',
  }),
  propensity: z.number().optional().meta({
    description:
      'With `explore`: the probability with which the item stands at this very place of the answer.',
  }),
  explanation: explanation.optional(),
});

const search = z.object({
  mode: z.enum(['exact', 'approximate']),
  release: z.string().optional(),
  reason: z.string().optional().meta({ description: 'Why the search fell back to exact.' }),
});

const stale = z
  .object({
    why: z.string(),
    since: z.iso.datetime(),
  })
  .optional()
  .meta({
    description:
      'Cluster profile: why the answer may lack the newest events, and since when; absent when it is fresh.',
  });

/** What `POST /v1/events` answers. */
export const acceptedSchema = z
  .object({
    accepted: z.int().min(0),
    duplicates: z.int().min(0),
    positions: z.array(positionSchema).readonly().meta({
      description:
        'One an event in the order given, but for those that are pending; for NDJSON the furthest of each partition, to pass on as `after`.',
    }),
    pending: z.array(z.string()).readonly().meta({
      description:
        'Cluster profile: events that were taken and did not reach the journal in time, as partition@offset in the order given, with no place in `positions`; for NDJSON the furthest of each partition. Empty otherwise.',
    }),
  })
  .meta({ id: 'Accepted' });

/** What a recommendation answers. */
export const recommendationSchema = z
  .object({
    recommendationId: z.string(),
    basedOn: z.enum(['user', 'item', 'popular']),
    position: stands.meta({ description: 'The positions that the answer was read at.' }),
    model: versionSchema,
    search,
    filter: filterReportSchema.optional().meta({ description: 'There where a filter was given.' }),
    note: z.string().optional().meta({ description: 'Why there are fewer items than asked for.' }),
    stale,
    experiment: z
      .object({
        name: z.string(),
        arm: z.string(),
        uncounted: z.string().optional().meta({
          description: 'Why the answer is counted to no arm; where its version is away, by live.',
        }),
      })
      .optional()
      .meta({ description: 'With `experiment`: the arm that the user is in.' }),
    items: z.array(scoredItemSchema).readonly(),
    events: z
      .array(
        z.object({
          position: positionSchema,
          type: z.string(),
          item: idSchema,
          time: z.iso.datetime().nullable(),
        }),
      )
      .readonly()
      .optional()
      .meta({ description: 'With `explain`: the user’s newest interactions, newest first.' }),
  })
  .meta({ id: 'Recommendation' });
/** What a recommendation answers, ready to be written. */
export type RecommendationAnswer = z.infer<typeof recommendationSchema>;

/** What `GET /v1/items/{id}/similar` answers. */
export const similarSchema = z
  .object({
    item: idSchema,
    position: stands,
    model: versionSchema,
    stale,
    filter: filterReportSchema.optional(),
    items: z.array(scoredItemSchema).readonly(),
  })
  .meta({ id: 'SimilarItems' });
/** The items most similar to one. */
export type SimilarAnswer = z.infer<typeof similarSchema>;

/** What `GET /v1/items/popular` answers. */
export const popularSchema = z
  .object({
    position: stands,
    stale,
    filter: filterReportSchema.optional(),
    items: z.array(scoredItemSchema).readonly(),
  })
  .meta({ id: 'PopularItems' });
/** The most popular items by forward-decayed weight. */
export type PopularAnswer = z.infer<typeof popularSchema>;

/** What `GET /v1/users/{id}` answers. */
export const userSchema = z
  .object({
    id: idSchema,
    events: z.int().min(0),
    seenItems: z.int().min(0),
    lastTime: z.iso.datetime().nullable(),
    position: stands,
    stale,
  })
  .meta({ id: 'User' });
/** What is known of a user. */
export type UserAnswer = z.infer<typeof userSchema>;

/** What `GET /v1/items/{id}` answers. */
export const itemSchema = z
  .object({ id: idSchema, metadata: metadata.nullable(), position: stands, stale })
  .meta({ id: 'Item' });
/** What is known of an item; null metadata where it is known from events only. */
export type ItemAnswer = z.infer<typeof itemSchema>;

/** What `PUT` and `DELETE /v1/items/{id}` answer. */
export const publishedSchema = z
  .object({ positions: z.array(positionSchema).readonly() })
  .meta({ id: 'Published' });

/** What `GET /v1/dead-letters` answers. */
export const deadLettersSchema = z
  .object({
    refused: z.int().min(0).meta({ description: 'All refused events, kept or not.' }),
    deadLetters: z
      .array(
        z.object({
          position: positionSchema,
          reason: z.string(),
          type: z.string(),
          item: z.string(),
          time: z.iso.datetime(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'DeadLetters' });
/** The events that actors refused, newest last, within a bound. */
export type DeadLetters = z.infer<typeof deadLettersSchema>;

/** What `GET /v1/models` answers. */
export const modelsSchema = z
  .object({
    live: versionSchema,
    models: z
      .array(
        z.looseObject({
          version: versionSchema,
          live: z.boolean(),
          aliases: z
            .array(z.enum(['live', 'shadow', 'previous']))
            .readonly()
            .optional()
            .meta({ description: 'Embedded profile: the names that it has now.' }),
          learner: z.string(),
          settings: z.record(z.string(), z.unknown()).optional(),
          start: stands,
          timeOrderedTo: stands.optional().meta({
            description:
              'How far it learned in the order of event times; absent where all was in that of the journal.',
          }),
          positions: stands.nullable().optional().meta({
            description: 'Where it stands, live or beside the live one; null where it is not held.',
          }),
          prequential: z
            .object({ events: z.int().min(0), recall10: z.number(), mrr10: z.number() })
            .nullable()
            .optional()
            .meta({
              description: 'How well it foresaw the newest sampled events; null where it saw none.',
            }),
          createdAt: z.iso.datetime().optional(),
          metrics: z.record(z.string(), z.number()).optional(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Models' });
/** The model versions, with the one that serves. */
export type Models = z.infer<typeof modelsSchema>;

const figureByK = z
  .record(z.string(), z.number())
  .meta({ description: 'A figure for each k: 10 and 20.' });

/** What `GET /v1/metrics/prequential` answers. */
export const prequentialSchema = z
  .object({
    share: z.number().meta({ description: 'The share of interactions that are sampled.' }),
    window: z.int().meta({ description: 'The newest sampled events that count.' }),
    models: z
      .array(
        z.object({
          version: versionSchema,
          sampled: z.int().min(0).meta({ description: 'Events sampled since the start.' }),
          events: z.int().min(0).meta({ description: 'Events of the window.' }),
          recall: figureByK,
          precision: figureByK,
          mrr: figureByK,
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Prequential' });
/** How well the versions that serve foresee what they are about to learn. */
export type PrequentialAnswer = z.infer<typeof prequentialSchema>;

/** What `GET /v1/state-hash` answers. */
export const stateHashSchema = z
  .object({
    version: versionSchema,
    hash: z.string(),
    positions: stands,
    events: z.int().min(0),
    users: z.int().min(0),
    items: z.int().min(0),
  })
  .meta({ id: 'StateHash' });
/** The canonical hash of a version's state at its positions. */
export type StateHashAnswer = z.infer<typeof stateHashSchema>;

/** What `POST /v1/projections/rebuild` answers. */
export const rebuildReportSchema = z
  .looseObject({
    projections: z.array(z.string()).readonly(),
    positions: stands,
    events: z.int().min(0),
  })
  .meta({ id: 'RebuildReport' });
/** What a rebuild dropped and folded again. */
export type RebuildReport = z.infer<typeof rebuildReportSchema>;

export { runStateSchema, startedRunSchema, statusSchema } from './operations.ts';
export type {
  IndexReleaseRequest,
  RunState,
  StartedRun,
  StatusAnswer,
  TrainingRequest,
} from './operations.ts';

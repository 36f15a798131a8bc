import { z } from 'zod';

import { recommendationSchema } from './answers.ts';
import { answerItemsMax, idSchema, workflowIdSchema } from './fields.ts';

/** Characters that a search may have. */
export const searchCharsMax = 200;
/** Users that one list names. */
export const recentUsersMax = 100;

/** An item in short. */
export const listedItemSchema = z
  .object({
    id: idSchema,
    title: z.string().optional(),
    met: z.boolean().meta({ description: 'Whether any event named it: then it has a vector.' }),
    attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).meta({
      description: 'Plain attributes of the metadata, cut to a bound; the item itself tells all.',
    }),
  })
  .meta({ id: 'ListedItem' });
/** An item in short. */
export type ListedItem = z.infer<typeof listedItemSchema>;

/** What `GET /v1/items` and `POST /v1/items/lookup` answer. */
export const itemListSchema = z
  .object({ items: z.array(listedItemSchema).readonly() })
  .meta({ id: 'ItemList' });
/** Items in short. */
export type ItemList = z.infer<typeof itemListSchema>;

/** What `POST /v1/items/lookup` takes. */
export const itemLookupSchema = z
  .strictObject({
    ids: z
      .array(idSchema)
      .min(1, 'must name an item')
      .max(answerItemsMax, `must name at most ${String(answerItemsMax)} items`),
  })
  .meta({ id: 'ItemLookup' });

const recentUserSchema = z.object({
  id: idSchema,
  lastTime: z.iso.datetime().nullable().meta({ description: 'The time of their newest event.' }),
});
/** A user who was active of late. */
export type RecentUser = z.infer<typeof recentUserSchema>;

/** What `GET /v1/users` answers. */
export const userListSchema = z
  .object({ users: z.array(recentUserSchema).readonly() })
  .meta({ id: 'UserList' });
/** The users of the newest events, newest first. */
export type UserList = z.infer<typeof userListSchema>;

/** What `GET /v1/users/{id}/events` answers. */
export const userEventsSchema = z
  .object({
    user: idSchema,
    events: recommendationSchema.shape.events.unwrap().meta({ description: 'Newest first.' }),
  })
  .meta({ id: 'UserEvents' });
/** The newest interactions of a user. */
export type UserEventsAnswer = z.infer<typeof userEventsSchema>;

const runSummarySchema = z.object({
  kind: z.enum(['training', 'index', 'backfill']),
  workflowId: workflowIdSchema,
  url: z.string().meta({ description: 'The run in the Temporal UI.' }),
  state: z.enum(['running', 'completed', 'failed', 'cancelled']),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  stage: z.string().optional(),
  progress: z.object({ done: z.number(), total: z.number() }).optional(),
});
/** A durable run and how it stands. */
export type RunSummary = z.infer<typeof runSummarySchema>;

/** What `GET /v1/runs` answers. */
export const runListSchema = z
  .object({ runs: z.array(runSummarySchema).readonly() })
  .meta({ id: 'RunList' });
/** The runs that were started last, those under way first. */
export type RunList = z.infer<typeof runListSchema>;

import { z } from 'zod';

import { batchEventsMax } from './events.ts';
import { afterPositionsMax, answerItemsMax, idSchema } from './fields.ts';
import { sessionEventsMax } from './sessions.ts';

/** The characters that a `Comment` of Gorse's may have. */
export const gorseCommentCharsMax = 1_024;
/** The items or users that one request of Gorse's may hold. */
export const gorseRowsMax = 100;
/** The characters that a category may have. */
export const gorseCategoryCharsMax = 64;

const comment = z.string().max(gorseCommentCharsMax).optional();

/** Gorse's zero time and its empty text stand for no time at all. */
const timestamp = z
  .union([z.iso.datetime({ offset: true }), z.iso.date(), z.literal('')], {
    error: 'must be a time such as 2026-01-31T12:00:00Z, or a date',
  })
  .optional()
  .meta({ description: 'When it happened; the server’s clock where absent.' });

/** Feedback as Gorse's clients send it. */
export const gorseFeedbackSchema = z
  .strictObject({
    FeedbackType: z
      .string()
      .min(1)
      .max(64)
      .meta({ examples: ['like'] }),
    UserId: idSchema.meta({ examples: ['ada'] }),
    ItemId: idSchema.meta({ examples: ['track-00042'] }),
    Value: z.number().optional(),
    Timestamp: timestamp,
    Comment: comment,
  })
  .meta({ id: 'GorseFeedback' });
/** Feedback as Gorse's clients send it. */
export type GorseFeedback = z.infer<typeof gorseFeedbackSchema>;

/** What `POST` and `PUT /api/feedback` take. */
export const gorseFeedbacksSchema = z
  .array(gorseFeedbackSchema)
  .min(1, 'must hold a feedback')
  .max(batchEventsMax, `must hold at most ${String(batchEventsMax)} feedbacks`);

/** An item as Gorse's clients send it. */
export const gorseItemSchema = z
  .strictObject({
    ItemId: idSchema.meta({ examples: ['track-00042'] }),
    IsHidden: z.boolean().default(false),
    Categories: z.array(z.string()).nullish(),
    Labels: z.unknown().optional(),
    Timestamp: timestamp,
    Comment: comment.meta({ examples: ['Paper Thread'] }),
  })
  .meta({ id: 'GorseItem' });
/** An item as Gorse's clients send it. */
export type GorseItem = z.output<typeof gorseItemSchema>;

/** What `PATCH /api/item/{itemId}` takes: what is left out stays as it is. */
export const gorseItemPatchSchema = gorseItemSchema
  .extend({
    ItemId: z.string().meta({ description: 'That of the path, where it is sent.' }),
    IsHidden: z.boolean(),
  })
  .partial()
  .meta({ id: 'GorseItemPatch' });
/** What of an item changes. */
export type GorseItemPatch = z.output<typeof gorseItemPatchSchema>;

/** What `POST /api/items` takes. */
export const gorseItemsSchema = z
  .array(gorseItemSchema)
  .min(1, 'must hold an item')
  .max(gorseRowsMax, `must hold at most ${String(gorseRowsMax)} items`);

/** An item as Gorse's clients read it. */
export const gorseKnownItemSchema = z
  .object({
    ItemId: idSchema,
    IsHidden: z.boolean(),
    Categories: z.array(z.string()).readonly(),
    Labels: z.unknown(),
    Timestamp: z.string(),
    Comment: z.string(),
  })
  .meta({ id: 'GorseKnownItem' });
/** An item as Gorse's clients read it. */
export type GorseKnownItem = z.infer<typeof gorseKnownItemSchema>;

/** What `GET /api/items` answers. */
export const gorseItemListSchema = z
  .object({ Cursor: z.string(), Items: z.array(gorseKnownItemSchema).readonly() })
  .meta({ id: 'GorseItemList' });

/** A user as Gorse's clients send them. */
export const gorseUserSchema = z
  .strictObject({
    UserId: idSchema.meta({ examples: ['ada'] }),
    Labels: z.unknown().optional(),
    Subscribe: z.array(z.string()).nullish(),
    Comment: comment,
  })
  .meta({ id: 'GorseUser' });

/** What `PATCH /api/user/{userId}` takes. */
export const gorseUserPatchSchema = gorseUserSchema.partial().meta({ id: 'GorseUserPatch' });

/** What `POST /api/users` takes. */
export const gorseUsersSchema = z
  .array(gorseUserSchema)
  .min(1, 'must hold a user')
  .max(gorseRowsMax, `must hold at most ${String(gorseRowsMax)} users`);

const knownUser = z.object({ UserId: idSchema, Labels: z.null(), Comment: z.string() });

/** What `GET /api/user/{userId}` answers. */
export const gorseKnownUserSchema = knownUser.meta({ id: 'GorseKnownUser' });

/** What `GET /api/users` answers. */
export const gorseUserListSchema = z
  .object({ Cursor: z.string(), Users: z.array(gorseKnownUserSchema).readonly() })
  .meta({ id: 'GorseUserList' });

/** What Gorse's routes answer to what they have taken. */
export const gorseSuccessSchema = z
  .object({
    RowAffected: z
      .int()
      .min(0)
      .meta({ examples: [1] }),
    Ignored: z.string().optional().meta({ description: 'What was sent and is not kept here.' }),
  })
  .meta({ id: 'GorseSuccess' });

/** An item with its score, as Gorse writes it. */
export const gorseScoreSchema = z
  .object({ Id: idSchema.meta({ examples: ['track-00042'] }), Score: z.number() })
  .meta({ id: 'GorseScore' });

/** The best items: by id alone, or, where `x-api-version: 2` is sent, with their scores. */
export const gorseRecommendationSchema = z.union([
  z.array(z.string()).readonly(),
  z.array(gorseScoreSchema).readonly(),
]);

/** One thing that a user did, as Gorse's clients read it. */
export const gorseKnownFeedbackSchema = z
  .object({
    FeedbackType: z.string(),
    UserId: idSchema,
    ItemId: idSchema,
    Timestamp: z.string(),
    Comment: z.string(),
  })
  .meta({ id: 'GorseKnownFeedback' });
/** One thing that a user did, as Gorse's clients read it. */
export type GorseKnownFeedback = z.infer<typeof gorseKnownFeedbackSchema>;

/** What a user did, as Gorse's clients read it. */
export const gorseHistorySchema = z.array(gorseKnownFeedbackSchema).readonly();

/** What `GET /api/feedback/{feedbackType}/{userId}/{itemId}` answers: Gorse says that there is none by an empty object. */
export const gorseOneFeedbackSchema = z.union([gorseKnownFeedbackSchema, z.strictObject({})]);

/** What `GET /api/feedback` answers. */
export const gorseFeedbackListSchema = z
  .object({
    Cursor: z.string().meta({ description: 'What to go on with; empty at the end.' }),
    Feedback: gorseHistorySchema,
  })
  .meta({ id: 'GorseFeedbackList' });

/** What `POST /api/session/recommend` takes; whose it is does not matter. */
export const gorseSessionSchema = z
  .array(gorseFeedbackSchema.extend({ UserId: z.string().optional() }))
  .max(sessionEventsMax, `must hold at most ${String(sessionEventsMax)} feedbacks`);

/** What `GET /api/health/…` answers. */
export const gorseHealthSchema = z
  .object({
    Ready: z.boolean(),
    DataStoreConnected: z.boolean(),
    CacheStoreConnected: z.boolean(),
  })
  .meta({ id: 'GorseHealth' });

const count = z
  .int(`must be a whole number from 1 to ${String(answerItemsMax)}`)
  .min(1)
  .max(answerItemsMax, `must be at most ${String(answerItemsMax)}`)
  .default(10);

/** A category of items: one of the `categories` of their metadata. */
const category = z
  .string()
  .max(gorseCategoryCharsMax, `must have ${String(gorseCategoryCharsMax)} characters at most`)
  .regex(/^[^\0\p{Cs}]*$/u, 'must be valid UTF-8 without NUL');

/** How Gorse's clients ask for part of a ranking. */
export const gorseWindowSchema = z.strictObject({
  n: count,
  offset: z
    .int('must be a whole number')
    .min(0)
    .max(answerItemsMax, `must be at most ${String(answerItemsMax)}`)
    .default(0)
    .meta({
      description: `How many of the best are left out; with n at most ${String(answerItemsMax)}.`,
    }),
  category: category.optional().meta({ description: 'Only items of this category.' }),
});

/** How Gorse's clients ask for users who are like one. */
export const gorseNeighboursSchema = gorseWindowSchema.omit({ category: true });

/** How Gorse's clients ask for the head of a list. */
export const gorseCountSchema = z.strictObject({ n: count });

const cursor = z
  .string()
  .regex(/^(?:\d{1,5}:\d{1,15}(?:,\d{1,5}:\d{1,15})*)?$/, 'must be the Cursor of an earlier answer')
  .refine(
    (text) => text.split(',').length <= afterPositionsMax,
    `must name at most ${String(afterPositionsMax)} positions`,
  )
  .optional();

/** How Gorse's clients ask for the next page of a list. */
export const gorsePageSchema = gorseCountSchema.extend({
  cursor: cursor.meta({ description: 'The Cursor of the page before.' }),
  Cursor: cursor.meta({ description: 'The same, as the TypeScript client writes it.' }),
});

/** Gorse's clients end a path with an empty category where they want all. */
export const gorseCategorySchema = category.meta({
  description: 'Only items of this category; all where it is empty.',
  examples: ['jazz'],
});

/** A category that an item is put into, or taken out of. */
export const gorseOneCategorySchema = category
  .min(1, 'must not be empty')
  .meta({ examples: ['jazz'] });

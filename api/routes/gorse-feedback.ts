import { z } from 'zod';

import { readAfter } from '../after.ts';
import type { ApiDeps } from '../deps.ts';
import { gorseEvent, gorseRefusal, gorseTypeOf } from '../gorse-events.ts';
import { readFeedbackPage } from '../gorse-feedback-page.ts';
import { HttpProblem } from '../problem.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { answerItemsMax, idSchema } from '../schema/fields.ts';
import {
  gorseFeedbackListSchema,
  gorseFeedbacksSchema,
  gorseHistorySchema,
  gorseOneFeedbackSchema,
  gorsePageSchema,
  gorseSuccessSchema,
} from '../schema/gorse.ts';
import type { GorseKnownFeedback } from '../schema/gorse.ts';
import { travelOf } from './travels.ts';

const AS_EVENTS =
  'Each becomes an event: its type by name, or read and click as view, watch and listen as play, star and favorite as like, ' +
  'cart as add, purchase as buy. What has a Timestamp counts once, however often it is sent. A Comment is kept under the user’s key.';

function inserting(deps: ApiDeps, method: 'POST' | 'PUT'): Route {
  const isPost = method === 'POST';
  return route({
    method,
    path: '/api/feedback',
    operationId: isPost ? 'gorseInsertFeedback' : 'gorseUpsertFeedback',
    scope: 'write',
    tag: 'gorse',
    summary: isPost
      ? 'Takes feedback as Gorse’s clients send it, whole or not at all.'
      : 'Takes feedback as POST does: what happened is never overwritten.',
    description: AS_EVENTS,
    problems: [408, 413, 415, 422, 429, 503],
    body: gorseFeedbacksSchema,
    answer: { status: 200, description: 'It is durable.', schema: gorseSuccessSchema },
    handle: async ({ body, record }) => {
      try {
        const ended = record?.begin('append');
        const events = body.map(gorseEvent);
        const { positions } = await deps.door.accept(events, record?.appendParent);
        ended?.();
        record?.at(positions);
      } catch (error) {
        throw gorseRefusal(error);
      }
      return { RowAffected: body.length };
    },
  });
}

const WHY_NO_DELETE =
  'what happened is not taken back: send a feedback that says the contrary, such as dislike, and answers follow it; to have ' +
  'events count as if they had never been, quarantine them (POST /v1/quarantines) or erase the user (DELETE /v1/users/{id})';

const userId = idSchema.meta({ examples: ['ada'] });
const itemId = idSchema.meta({ examples: ['track-00042'] });
const feedbackType = z
  .string()
  .max(64)
  .meta({ examples: ['like'] });

/** Which events of a user are told: those with an item, of a type. */
interface HistoryWish {
  readonly userId: string;
  readonly itemId?: string;
  readonly feedbackType?: string;
}

/** What a user did last, as Gorse's clients read it. */
async function historyOf(
  deps: ApiDeps,
  { userId: user, itemId: item, feedbackType: name }: HistoryWish,
): Promise<readonly GorseKnownFeedback[]> {
  const travel = travelOf(deps);
  const known = await deps.queries.user(user);
  if (known === undefined) return [];
  const type = name === undefined ? undefined : gorseTypeOf(name);
  const events = await travel.events(user, known.position, answerItemsMax);
  return events
    .filter((event) => type === undefined || event.type === type)
    .filter((event) => item === undefined || event.item === item)
    .map((event) => ({
      ...{ FeedbackType: event.type, UserId: user, ItemId: event.item },
      ...{ Timestamp: event.time ?? '', Comment: '' },
    }));
}

const words = { method: 'GET', tag: 'gorse', problems: [503] } as const;
const NEWEST = {
  status: 200,
  description: 'The newest first.',
  schema: gorseHistorySchema,
} as const;

function ofUsers(deps: ApiDeps): readonly Route[] {
  const most = String(answerItemsMax);
  return [
    route({
      ...words,
      path: '/api/user/{userId}/feedback',
      operationId: 'gorseUserFeedback',
      summary: `Lists the newest events of a user, ${most} at most.`,
      params: z.object({ userId }),
      answer: NEWEST,
      handle: ({ params }) => historyOf(deps, params),
    }),
    route({
      ...words,
      path: '/api/user/{userId}/feedback/{feedbackType}',
      operationId: 'gorseUserFeedbackByType',
      summary: `Lists those of one type among the ${most} newest events of a user.`,
      params: z.object({ userId, feedbackType }),
      answer: NEWEST,
      handle: ({ params }) => historyOf(deps, params),
    }),
    route({
      ...words,
      path: '/api/feedback/{userId}/{itemId}',
      operationId: 'gorseFeedbackBetween',
      summary: `Lists those with one item among the ${most} newest events of a user.`,
      whyNoDelete: WHY_NO_DELETE,
      params: z.object({ userId, itemId }),
      answer: NEWEST,
      handle: ({ params }) => historyOf(deps, params),
    }),
    route({
      ...words,
      path: '/api/feedback/{feedbackType}/{userId}/{itemId}',
      operationId: 'gorseGetFeedback',
      summary: `Tells the last of one type with one item among the ${most} newest events of a user.`,
      whyNoDelete: WHY_NO_DELETE,
      params: z.object({ feedbackType, userId, itemId }),
      answer: {
        status: 200,
        description: 'It, or an empty object.',
        schema: gorseOneFeedbackSchema,
      },
      handle: async ({ params }) => (await historyOf(deps, params))[0] ?? {},
    }),
  ];
}

/** Everybody's events: they name users, so they are for administrators, as the export is. */
function ofAll(deps: ApiDeps): readonly Route[] {
  const shared = {
    ...words,
    scope: 'admin',
    problems: [500, 503],
    description:
      'A page may hold fewer than n and go on all the same: the end is where Cursor is empty.',
    query: gorsePageSchema,
    answer: { status: 200, description: 'The oldest first.', schema: gorseFeedbackListSchema },
  } as const;
  const page = async (
    { n, cursor, Cursor }: z.output<typeof gorsePageSchema>,
    type?: string,
  ): Promise<z.input<typeof gorseFeedbackListSchema>> => {
    const text = cursor ?? Cursor ?? '';
    const after = await readAfter(deps, text === '' ? [] : text.split(','));
    return readFeedbackPage(deps.maintenance.tellEvents(after), { n, type, after });
  };
  return [
    route({
      ...shared,
      path: '/api/feedback',
      operationId: 'gorseListFeedback',
      summary: 'Lists what all users did, page by page.',
      handle: ({ query }) => page(query),
    }),
    route({
      ...shared,
      path: '/api/feedback/{feedbackType}',
      operationId: 'gorseListFeedbackByType',
      summary: 'Lists what all users did of one type, page by page.',
      params: z.object({ feedbackType }),
      handle: ({ params, query }) => page(query, params.feedbackType),
    }),
  ];
}

/** What was done with an item names users, too. */
function ofItems(deps: ApiDeps): readonly Route[] {
  const told = async (item: string, name?: string): Promise<z.input<typeof gorseHistorySchema>> => {
    if (deps.activity === undefined) {
      throw new HttpProblem('UNAVAILABLE', 'this process does not read the journal: ask another');
    }
    const type = name === undefined || name === '' ? undefined : gorseTypeOf(name);
    const events = await deps.activity.itemEvents(item, answerItemsMax, type);
    return events.map((event) => ({
      ...{ FeedbackType: event.type, UserId: event.user, ItemId: item },
      ...{ Timestamp: event.time ?? '', Comment: '' },
    }));
  };
  const shared = { ...words, scope: 'admin', answer: NEWEST } as const;
  return [
    route({
      ...shared,
      path: '/api/item/{itemId}/feedback',
      operationId: 'gorseItemFeedback',
      summary: `Lists the newest events with an item among the newest of all, ${String(answerItemsMax)} at most.`,
      params: z.object({ itemId }),
      handle: ({ params }) => told(params.itemId),
    }),
    route({
      ...shared,
      path: '/api/item/{itemId}/feedback/{feedbackType}',
      operationId: 'gorseItemFeedbackByType',
      summary: 'Lists those of one type; all where it is empty.',
      params: z.object({ itemId, feedbackType }),
      handle: ({ params }) => told(params.itemId, params.feedbackType),
    }),
  ];
}

/** Feedback as Gorse's clients send and read it. */
export function gorseFeedbackRoutes(deps: ApiDeps): readonly Route[] {
  return [
    inserting(deps, 'POST'),
    inserting(deps, 'PUT'),
    ...ofUsers(deps),
    ...ofAll(deps),
    ...ofItems(deps),
  ];
}

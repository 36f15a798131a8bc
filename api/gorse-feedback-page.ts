import type { ToldEvent } from '../events/export-events.ts';
import { formatPosition, parsePosition } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import { gorseTypeOf } from './gorse-events.ts';
import type { GorseKnownFeedback } from './schema/gorse.ts';

/** What is told of the journal that one page of feedback may pass over. */
export const gorsePageEventsMax = 20_000;

/** A page of feedback, and what to go on with. */
export interface FeedbackPage {
  /** Empty at the end of now. */
  readonly Cursor: string;
  readonly Feedback: readonly GorseKnownFeedback[];
}

/** Which feedback: of one type, or of all. */
export interface FeedbackWish {
  readonly n: number;
  readonly type?: string | undefined;
  /** Where the page before ended. */
  readonly after: readonly Position[];
}

/**
 * Reads the next page of what users did, oldest first, partition by partition. A page may hold fewer than asked for and go on
 * all the same, for little of what it passed may be of the type: the cursor alone says where the end is.
 */
export async function readFeedbackPage(
  events: AsyncIterable<ToldEvent>,
  { n, type, after }: FeedbackWish,
): Promise<FeedbackPage> {
  const wanted = type === undefined ? undefined : gorseTypeOf(type);
  const places = new Map(after.map((position) => [position.partition, formatPosition(position)]));
  const Feedback: GorseKnownFeedback[] = [];
  let passed = 0;
  for await (const event of events) {
    // One more than is told shows that there is more: a page that ends with the journal says so.
    if (Feedback.length === n || passed === gorsePageEventsMax) {
      return { Cursor: [...places.values()].join(), Feedback };
    }
    passed += 1;
    places.set(parsePosition(event.position)?.partition ?? 0, event.position);
    const isFeedback = 'user' in event && (wanted === undefined || event.type === wanted);
    if (isFeedback) Feedback.push(knownFeedback(event));
  }
  return { Cursor: '', Feedback };
}

function knownFeedback(event: Extract<ToldEvent, { user: string }>): GorseKnownFeedback {
  const time = new Date(event.time);
  const comment = event.context?.['comment'];
  return {
    ...{ FeedbackType: event.type, UserId: event.user, ItemId: event.item },
    Timestamp: Number.isNaN(time.getTime()) ? '' : time.toISOString(),
    Comment: typeof comment === 'string' ? comment : '',
  };
}

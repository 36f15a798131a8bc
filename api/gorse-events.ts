import { createHash } from 'node:crypto';

import { hasCode } from '../events/error.ts';
import type { IncomingEvent } from '../events/incoming.ts';
import { HttpProblem, namedField } from './problem.ts';
import type { GorseFeedback } from './schema/gorse.ts';

/** Names that Gorse's users give their feedback, and the interaction type that each is taken as. */
export const GORSE_FEEDBACK_TYPES: Readonly<Record<string, string>> = {
  read: 'view',
  click: 'view',
  watch: 'play',
  listen: 'play',
  star: 'like',
  favorite: 'like',
  cart: 'add',
  purchase: 'buy',
};

/** What the fields of an event are called in Gorse's feedback. */
const GORSE_FIELDS: Readonly<Record<string, string>> = {
  type: 'FeedbackType',
  user: 'UserId',
  item: 'ItemId',
  value: 'Value',
  time: 'Timestamp',
  context: 'Comment',
};

/** The interaction type that a name of Gorse's is taken as: itself, where it is none of theirs. */
export function gorseTypeOf(feedbackType: string): string {
  const type = Object.hasOwn(GORSE_FEEDBACK_TYPES, feedbackType)
    ? GORSE_FEEDBACK_TYPES[feedbackType]
    : undefined;
  return type ?? feedbackType;
}

/** Reads a time of Gorse's; its zero time (of the year 1) is none. */
export function gorseTime(timestamp: string | undefined): number | undefined {
  const timeMs = Date.parse(timestamp ?? '');
  return timeMs >= 0 ? timeMs : undefined;
}

/**
 * Turns feedback into an event. What has a time is known again by type, user, item and time, so that sending it twice
 * counts once; what has none is an event each time.
 */
export function gorseEvent(feedback: GorseFeedback): IncomingEvent {
  const { FeedbackType, UserId, ItemId, Value, Timestamp, Comment = '' } = feedback;
  const type = gorseTypeOf(FeedbackType);
  const time = gorseTime(Timestamp);
  const context = {
    ...(type !== FeedbackType && { feedbackType: FeedbackType }),
    ...(Comment !== '' && { comment: Comment }),
  };
  return {
    ...(time !== undefined && { id: idOf([FeedbackType, UserId, ItemId, time]), time }),
    type,
    user: UserId,
    item: ItemId,
    ...(Value !== undefined && { value: Value }),
    ...(Object.keys(context).length > 0 && { context }),
  };
}

function idOf(parts: readonly (string | number)[]): string {
  return `gorse ${createHash('sha256').update(JSON.stringify(parts)).digest('hex')}`;
}

/** An event of somebody's whom nobody knows, as a session takes it. */
export function gorseSessionEvent(
  feedback: Omit<GorseFeedback, 'UserId'>,
): Omit<IncomingEvent, 'user'> {
  const { user: _, context: _kept, ...event } = gorseEvent({ ...feedback, UserId: '' });
  return event;
}

/** The place of an event that a session's answer refused: `events[3].type`. */
const OF_SESSION = /^events\[(\d+)\]\.(\w+)$/;

/** Names a field that the door refused as Gorse's clients know it; what is no refusal is thrown as it is. */
export function gorseRefusal(error: unknown): unknown {
  const named = hasCode(error, 'INVALID') ? namedField(error) : undefined;
  if (named === undefined) return error;
  const [, index = String(named.index), name = named.field] = OF_SESSION.exec(named.field) ?? [];
  const field = `[${index}].${GORSE_FIELDS[name] ?? name}`;
  const others = Object.keys(GORSE_FEEDBACK_TYPES).join(', ');
  const more = name === 'type' ? `; ${others} are taken, too` : '';
  const told = named.reason.replace(/^events\[\d+\]\.\w+ /, '');
  const reason = `${told}${more}`;
  return new HttpProblem('INVALID', `nothing was accepted: ${field} ${reason}`, {
    errors: [{ field, reason }],
    extra: { RowAffected: 0 },
  });
}

import { z } from 'zod';

import type { IncomingEvent } from '../../events/incoming.ts';
import { idSchema } from './fields.ts';
import { contextSchema } from './free-form.ts';
import { recommendationIdSchema } from './proofs.ts';

/** The events that one JSON array or CloudEvents batch may hold; more go as NDJSON. */
export const batchEventsMax = 1_000;
/** The lines that one NDJSON stream may hold. */
export const ndjsonLinesMax = 100_000;

const typeSchema = z
  .string()
  .regex(/^[^\0\p{Cs}]{1,64}$/u, 'must be 1 to 64 characters of valid UTF-8 without NUL')
  .meta({ description: 'One of the configured interaction types, such as play or like.' });

const timeSchema = z.iso
  .datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z (RFC 3339)' })
  .meta({ description: 'When it happened (RFC 3339); the server’s clock where absent.' });

/** One event as a caller sends it. */
export const eventSchema = z
  .strictObject({
    id: idSchema.optional().meta({
      description: 'The idempotency key; drawn where absent.',
      examples: ['play-1'],
    }),
    type: typeSchema,
    user: idSchema,
    item: idSchema,
    value: z
      .number()
      .optional()
      .meta({ description: 'A rating, a count, a price; stored as given.' }),
    time: timeSchema.optional(),
    source: idSchema
      .optional()
      .meta({ description: 'The system that sends it, by which events can be quarantined.' }),
    context: contextSchema.optional(),
    recommendationId: recommendationIdSchema.optional().meta({
      description: 'The answer that this reacts to, as it was answered: counted, never learned.',
    }),
  })
  .meta({ id: 'Event' });
/** One event as a caller sends it. */
export type EventBody = z.infer<typeof eventSchema>;

/** One event or a batch of them. */
export const eventsBodySchema = z.union([eventSchema, z.array(eventSchema).max(batchEventsMax)]);

/** The `data` of a CloudEvent; its item may stand in `subject` instead. */
export const cloudDataSchema = z
  .strictObject({
    user: idSchema,
    item: idSchema.optional(),
    value: z.number().optional(),
    context: contextSchema.optional(),
    recommendationId: recommendationIdSchema.optional(),
  })
  .meta({ id: 'CloudEventData' });

const jsonType = z
  .string()
  .regex(/^application\/(?:[\w.+-]+\+)?json(?:;.*)?$/i, 'must be JSON, such as application/json');

/**
 * A CloudEvent 1.0 in structured mode; its `source` is the event's. Its extension attribute `recommendationid` is read
 * where `data` has none; other extensions are let through and not kept.
 */
export const cloudEventSchema = z
  .looseObject({
    specversion: z.literal('1.0', 'must be 1.0'),
    id: idSchema.meta({ examples: ['play-1'] }),
    source: idSchema.meta({ examples: ['/shop'] }),
    type: z
      .string()
      .min(1)
      .max(256)
      .meta({
        description: 'The interaction type, or a reverse-DNS name that ends in it.',
        examples: ['com.example.play'],
      }),
    subject: idSchema.optional().meta({ description: 'The item, where `data` names none.' }),
    time: timeSchema.optional(),
    datacontenttype: jsonType.optional(),
    data_base64: z.never('must be JSON in data').optional(),
    recommendationid: recommendationIdSchema.optional().meta({
      description: 'The answer that this reacts to, where `data` names none.',
    }),
    data: cloudDataSchema,
  })
  .meta({ id: 'CloudEvent' });
/** A CloudEvent 1.0 in structured mode. */
export type CloudEventBody = z.infer<typeof cloudEventSchema>;

/** Turns an event as sent into what the door takes: its time as Unix milliseconds. */
export function toIncoming({ time, ...event }: EventBody): IncomingEvent {
  return time === undefined ? event : { ...event, time: Date.parse(time) };
}

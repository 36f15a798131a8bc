import { z } from 'zod';

/** The bytes of UTF-8 that an id may have. */
export const idBytesMax = 256;
/** The items that one answer may list. */
export const answerItemsMax = 100;
/** The positions that one `after` may name. */
export const afterPositionsMax = 64;

const utf8 = new TextEncoder();

function fitsAsId(text: string): boolean {
  // A UTF-16 unit is at most three bytes, so short ids need no encoding to be known to fit.
  return text.length * 3 <= idBytesMax || utf8.encode(text).length <= idBytesMax;
}

/** An id of a user, an item or an event: 1 to 256 bytes of valid UTF-8 without NUL. */
export const idSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(idBytesMax, `must be at most ${String(idBytesMax)} bytes of UTF-8`)
  .regex(/^[^\0\p{Cs}]*$/u, 'must be valid UTF-8 without NUL')
  .refine(fitsAsId, `must be at most ${String(idBytesMax)} bytes of UTF-8`)
  .meta({ description: '1 to 256 bytes of valid UTF-8 without NUL.' });

/** A position in the journal, written `"partition:sequence"`. */
export const positionSchema = z
  .string()
  .regex(/^\d{1,5}:\d{1,15}$/, 'must be a position such as 0:1234')
  .meta({
    description: 'A position in the journal: partition and sequence.',
    examples: ['0:15316'],
  });

/** Where a reader stands in a partition; the sequence is −1 before the first event. */
export const standSchema = z
  .string()
  .regex(/^\d{1,5}:(-1|\d{1,15})$/)
  .meta({
    description: 'Where a reader stands: partition and sequence, -1 before the first.',
    examples: ['0:15337'],
  });

/** How many items an answer lists. */
export const countSchema = z
  .int(`must be a whole number from 1 to ${String(answerItemsMax)}`)
  .min(1, `must be from 1 to ${String(answerItemsMax)}`)
  .max(answerItemsMax, `must be from 1 to ${String(answerItemsMax)}`)
  .default(10);

/** A position, or an offset of the transport as `pending` names it. */
const placeSchema = z
  .string()
  .regex(/^\d{1,5}[:@]\d{1,15}$/, 'must be a position such as 0:1234, or a pending 0@5678')
  .meta({
    description: 'A position in the journal, or, in the cluster profile, what `pending` named.',
  });

/** The positions, and offsets of the transport, that the answer has to include. */
export const afterSchema = z
  .array(placeSchema)
  .max(afterPositionsMax, `must name at most ${String(afterPositionsMax)} positions`)
  .default([])
  .meta({
    description:
      'Waits until the answer includes these positions; repeat it or separate by commas.',
  });

/** The name of a model version. */
export const versionSchema = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
  .meta({ description: 'A model version.' });

/** The id of a durable run. */
export const workflowIdSchema = z
  .string()
  .regex(/^[\w.:-]{1,200}$/, 'must be a workflow id')
  .meta({ description: 'The id of a durable run, as given when it was started.' });

import { z } from 'zod';

import { parsePosition } from '../events/position.ts';
import type { Position } from '../events/position.ts';
import { positionSchema } from './schema/fields.ts';

/** A moment of the past: a position of the user's partition, or a time of appending, Unix milliseconds. */
export type AsOf = { readonly position: Position } | { readonly timeMs: number };

const timeSchema = z.iso.datetime({ offset: true });

/** The moment of the past that an answer is asked for. */
export const asOfSchema = z
  .string()
  .refine(
    (text) => positionSchema.safeParse(text).success || timeSchema.safeParse(text).success,
    'must be a position such as 0:1234, or an RFC 3339 time such as 2026-01-31T12:00:00Z',
  )
  .meta({
    description:
      'Answers as the live model would have answered there: a position of the partition that holds the user’s events, or an RFC 3339 time by which events had been appended.',
  });

/** Reads a checked `asOf`. */
export function readAsOf(text: string): AsOf {
  const position = parsePosition(text);
  return position === undefined ? { timeMs: Date.parse(text) } : { position };
}

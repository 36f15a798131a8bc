import { z } from 'zod';

import {
  contextBytesMax,
  isObject,
  isShallow,
  jsonDepthMax,
  metadataBytesMax,
} from '../../events/free-form.ts';

/**
 * Makes the schema of a free-form JSON object, kept exactly as given: a record schema would drop the key
 * `__proto__`. Depth is checked before the size, for writing JSON that is nested without bound overflows the stack.
 */
function freeFormSchema(
  bytesMax: number,
  description: string,
): z.ZodType<Readonly<Record<string, unknown>>> {
  return z
    .custom<Readonly<Record<string, unknown>>>(isObject, 'must be an object')
    .refine((value) => isShallow(value), {
      error: `must nest at most ${String(jsonDepthMax)} levels deep`,
      abort: true,
    })
    .refine(
      (value) => Buffer.byteLength(JSON.stringify(value)) <= bytesMax,
      `must be at most ${String(bytesMax)} bytes of JSON`,
    )
    .meta({ type: 'object', description });
}

/** An event's free-form context. */
export const contextSchema = freeFormSchema(
  contextBytesMax,
  'Free-form JSON, kept under the user’s key; at most 4 KiB and 32 levels.',
);

/** An item's metadata: free-form JSON; `title` is shown where it is a string. */
export const metadataSchema = freeFormSchema(
  metadataBytesMax,
  'Free-form JSON; a `title` that is a string is shown. At most 64 KiB and 32 levels.',
);

import { z } from 'zod';

/** A problem document (RFC 9457): what went wrong, where, and how to mend it. */
export const problemSchema = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    errors: z
      .array(
        z.object({
          field: z.string(),
          reason: z.string(),
          line: z.int().optional().meta({ description: 'The NDJSON line, counted from 1.' }),
        }),
      )
      .readonly()
      .optional(),
    requestId: z.string().optional(),
  })
  .meta({ id: 'Problem' });
/** A problem document (RFC 9457). */
export type ProblemDocument = z.infer<typeof problemSchema>;

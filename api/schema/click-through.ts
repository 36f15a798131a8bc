import { z } from 'zod';

import { versionSchema } from './fields.ts';

const count = z.int().min(0);

/** What `GET /v1/metrics/click-through` answers. */
export const clickThroughSchema = z
  .object({
    since: z.iso.datetime().meta({ description: 'Since when answers are counted.' }),
    complete: z.boolean().meta({
      description:
        'False while reactions are still read from the journal: those from before the start, and in a cluster all that were there when figures were asked for, where that takes longer than a second.',
    }),
    rows: z
      .array(
        z.object({
          model: versionSchema.meta({ description: 'The version that answered.' }),
          scenario: z.string().nullable().meta({ description: 'Null where it was asked by none.' }),
          impressions: count.meta({ description: 'Answers that were given.' }),
          clicked: count.meta({ description: 'Answers with at least one click.' }),
          clicks: count.meta({ description: 'Positive events that name an answer.' }),
          dismissals: count.meta({ description: 'Negative events that name an answer.' }),
          rate: z.number().nullable().meta({
            description: '`clicked` by `impressions`; null where no answer was counted.',
          }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'ClickThrough' });
/** How many answers were given and clicked. */
export type ClickThroughAnswer = z.infer<typeof clickThroughSchema>;

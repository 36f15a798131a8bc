import { z } from 'zod';

import { versionSchema } from './fields.ts';

/** The figures of an instance at one moment. */
export const liveSampleSchema = z
  .object({
    at: z.int().meta({ description: 'Unix milliseconds.' }),
    model: versionSchema.meta({ description: 'The version that serves.' }),
    events: z.int().min(0).meta({ description: 'Events that stand in the journal.' }),
    behind: z.int().min(0).meta({ description: 'Events of them that are not learned from yet.' }),
    freshMs: z.object({ p50: z.number(), p99: z.number() }).nullable().meta({
      description:
        'From the arrival of events to answers that know them, over the newest ones; null where none came yet.',
    }),
    recall10: z.record(z.string(), z.number()).meta({
      description: 'Prequential recall at 10 of each version over the newest sampled events.',
    }),
    users: z.int().min(0),
    items: z.int().min(0),
    refused: z.int().min(0).meta({ description: 'Events that were refused: dead letters.' }),
  })
  .meta({ id: 'LiveSample' });
/** The figures of an instance at one moment. */
export type LiveSample = z.infer<typeof liveSampleSchema>;

/** What a stream tells of the user that it follows. */
export interface FollowedUser {
  readonly id: string;
  /** Events of theirs that are learned from; 0 before the first. */
  readonly events: number;
}

/** Why a stream ends. */
export interface StreamEnd {
  readonly code: 'displaced' | 'stopping';
  readonly why: string;
}

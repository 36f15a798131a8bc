import { z } from 'zod';

import { batchEventsMax } from './events.ts';
import { afterSchema, positionSchema } from './fields.ts';

/** A CloudEvent as `GET /v1/events` tells it. */
export const toldCloudEventSchema = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().meta({ description: 'Its position.', examples: ['0:15316'] }),
    source: z.string().meta({ description: 'Its partition.', examples: ['/partitions/0'] }),
    type: z.string().meta({
      description:
        'dev.reprise.interaction.TYPE, dev.reprise.item.published, dev.reprise.item.withdrawn or dev.reprise.model.promoted; ' +
        'dev.reprise.journal.passed says that nothing is told of the positions up to its own.',
      examples: ['dev.reprise.interaction.play'],
    }),
    subject: z
      .string()
      .meta({ description: 'The item, the version, or the position.', examples: ['track-00042'] }),
    time: z.iso.datetime().optional(),
    datacontenttype: z.literal('application/json'),
    position: positionSchema,
    sentid: z.string().optional().meta({ description: 'The id under which it was sent.' }),
    data: z
      .record(z.string(), z.unknown())
      .meta({ examples: [{ user: 'ada', item: 'track-00042' }] }),
  })
  .meta({ id: 'ToldCloudEvent' });
/** A batch of CloudEvents. */
export const toldEventsSchema = z.array(toldCloudEventSchema).readonly();

const wanted = `must be a whole number from 1 to ${String(batchEventsMax)}`;

/** How the journal is followed. */
export const tellingSchema = z.strictObject({
  after: afterSchema.meta({
    description: 'Where to go on: the last position that was told of each partition.',
  }),
  n: z.int(wanted).min(1, wanted).max(batchEventsMax, wanted).default(100),
});

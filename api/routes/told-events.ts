import { readAfter } from '../after.ts';
import { writeText } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { tellingSchema, toldEventsSchema } from '../schema/told-events.ts';
import { toCloudEvent } from '../told-events.ts';

const BATCH = 'application/cloudevents-batch+json';

/** The bytes past which a page of told events ends, whatever was asked for. */
export const toldBytesMax = 4_194_304;

/** What the journal holds, told page by page to those who follow it. */
export function toldEventRoutes(deps: ApiDeps): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/events',
      operationId: 'tellEvents',
      // It names users and what they did, as the export does.
      scope: 'admin',
      tag: 'events',
      summary:
        'Tells what was appended and promoted as a batch of CloudEvents 1.0, after these positions.',
      description:
        'A page ends at n events; an empty one is the end of now: ask again later. Each partition is told in its order.',
      problems: [500, 503],
      query: tellingSchema,
      answer: {
        status: 200,
        description: 'The next events, oldest first; none where there are none yet.',
        mediaType: BATCH,
        schema: toldEventsSchema,
      },
      handle: async ({ query: { after, n }, response }): Promise<typeof WRITTEN> => {
        const texts: string[] = [];
        let bytes = 0;
        for await (const event of deps.maintenance.tellEvents(await readAfter(deps, after))) {
          const text = JSON.stringify(toCloudEvent(event));
          texts.push(text);
          bytes += Buffer.byteLength(text);
          if (texts.length >= n || bytes >= toldBytesMax) break;
        }
        writeText(response, BATCH, `[${texts.join()}]`);
        return WRITTEN;
      },
    }),
  ];
}

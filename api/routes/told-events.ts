import { readAfter } from '../after.ts';
import { writeText } from '../answer.ts';
import type { ApiDeps } from '../deps.ts';
import type { LiveStreams } from '../live-streams.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { afterSchema } from '../schema/fields.ts';
import { tellingSchema, toldEventsSchema } from '../schema/told-events.ts';
import { readToldPage } from '../told-page.ts';
import { streamTold } from '../told-stream.ts';
import { check, refusal } from '../validation.ts';

const BATCH = 'application/cloudevents-batch+json';
const STREAM = 'text/event-stream';
const LAST_ID = 'Last-Event-ID';

/** What the journal holds, told page by page to those who follow it, or as it comes. */
export function toldEventRoutes(deps: ApiDeps, streams: LiveStreams): readonly Route[] {
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
        'A page ends at n events; an empty one is the end of now: ask again later. Each partition is told in its order. ' +
        'With Accept: text/event-stream it is a stream of server-sent events named told, without end; it goes on after ' +
        'the header Last-Event-ID where that is sent.',
      problems: [500, 503],
      query: tellingSchema,
      answer: {
        status: 200,
        description: 'The next events, oldest first; none where there are none yet.',
        mediaType: BATCH,
        schema: toldEventsSchema,
      },
      handle: async ({ query: { after, n }, request, response }): Promise<typeof WRITTEN> => {
        if ((request.headers.accept ?? '').includes(STREAM)) {
          const places = lastId(request.headers['last-event-id']) ?? after;
          const start = await readAfter(deps, places);
          // It tells of its own failures, which come when the head of the answer is long out.
          void streamTold({ deps, streams, request, response, after: start });
          if (request.method === 'HEAD') response.end();
          return WRITTEN;
        }
        const page = await readToldPage(
          deps.maintenance.tellEvents(await readAfter(deps, after)),
          n,
        );
        writeText(response, BATCH, `[${page.map(({ text }) => text).join()}]`);
        return WRITTEN;
      },
    }),
  ];
}

/** The places that a stream that broke off named last; undefined where it is another stream's. */
function lastId(header: string | string[] | undefined): readonly string[] | undefined {
  if (typeof header !== 'string' || header === '') return undefined;
  const places = check(afterSchema, header.split(','));
  if (places.ok) return places.value;
  throw refusal(LAST_ID, [{ field: LAST_ID, reason: 'must be positions between commas' }]);
}

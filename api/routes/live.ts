import { z } from 'zod';

import type { LiveStreams } from '../live-streams.ts';
import { route, WRITTEN } from '../route.ts';
import type { Route } from '../route.ts';
import { idSchema } from '../schema/fields.ts';
import { travelIdSchema } from '../schema/travels.ts';

const query = z.strictObject({
  user: idSchema.optional().meta({ description: 'Tells, too, when events of this user arrive.' }),
  travel: travelIdSchema.optional().meta({ description: 'Tells, too, how this travel goes on.' }),
});

/** What changes, as it changes. */
export function liveRoutes(streams: LiveStreams): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/live',
      operationId: 'followLive',
      tag: 'health',
      summary:
        'Streams figures once a second, and models, runs, a user and a travel as they change.',
      query,
      answer: {
        status: 200,
        description:
          'Server-sent events: history, sample (LiveSample), models (Models), runs (RunList), user, travel (Travel), end.',
        mediaType: 'text/event-stream',
      },
      handle: ({ query: { user, travel }, request, response }) => {
        const following = {
          ...(user !== undefined && { user }),
          ...(travel !== undefined && { travel }),
        };
        streams.open(response, following);
        // A HEAD has its answer with the head.
        if (request.method === 'HEAD') response.end();
        return WRITTEN;
      },
    }),
  ];
}

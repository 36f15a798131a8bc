import type { ServerResponse } from 'node:http';

import { answerSecurity } from './answer.ts';

/** How long a browser waits before it opens a stream that broke off again. */
const RETRY_MS = 2_000;

/** Opens an answer of server-sent events. */
export function openEventStream(response: ServerResponse): void {
  response.writeHead(200, {
    ...answerSecurity,
    'content-type': 'text/event-stream; charset=utf-8',
    // A proxy that gathers an answer before it passes it on would hold it for ever.
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${String(RETRY_MS)}\n\n`);
}

/** Writes an event as it goes over the wire: JSON has no raw line break, so one line is enough. */
export function eventFrame(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What keeps a connection that has nothing to say. */
export const HEARTBEAT_FRAME = ': still here\n\n';

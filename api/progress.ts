import type { IncomingMessage, ServerResponse } from 'node:http';

import { openNdjson } from './answer.ts';
import type { ApiDeps, OnProgress } from './deps.ts';
import { problemOf } from './failure.ts';
import { WRITTEN } from './route.ts';
import type { Reply } from './route.ts';

/** A long operation: it tells its progress and ends early when the signal aborts. */
export type LongOperation<Answer> = (
  onProgress: OnProgress,
  signal: AbortSignal,
) => Promise<Answer>;

/** Makes a signal that aborts when the caller goes before the answer is out. */
export function departure(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}

/**
 * Answers a long operation: as one JSON document, or, for callers that accept NDJSON, as lines of `progress` that end
 * with one of `result` or one of `problem`. Progress that a slow caller doesn't take is passed over.
 */
export async function replyWithProgress<Answer>(
  request: IncomingMessage,
  response: ServerResponse,
  deps: Pick<ApiDeps, 'logger' | 'newRequestId'>,
  operation: LongOperation<Answer>,
): Promise<Reply<Answer>> {
  const signal = departure(response);
  if (!(request.headers.accept ?? '').includes('application/x-ndjson')) {
    return operation(() => undefined, signal);
  }
  openNdjson(response);
  const write = (line: unknown): boolean => response.write(`${JSON.stringify(line)}\n`);
  try {
    const result = await operation((done, total) => {
      if (!response.writableNeedDrain) write({ progress: { done, total } });
    }, signal);
    write({ result });
  } catch (error) {
    write({ problem: problemOf(deps, request, error).document });
  }
  response.end();
  return WRITTEN;
}

import type { IncomingMessage } from 'node:http';

import type { ApiDeps } from './deps.ts';
import type { RequestRecord } from './request-watch.ts';
import { toProblem } from './problem.ts';
import type { Problem } from './problem.ts';

/** Turns a failure of a request into its problem; one that was not foreseen is logged under its request id. */
export function problemOf(
  { logger, newRequestId }: Pick<ApiDeps, 'logger' | 'newRequestId'>,
  request: IncomingMessage,
  error: unknown,
  record?: RequestRecord,
): Problem {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const problem = toProblem(error, path, () => record?.requestId ?? newRequestId());
  if (problem.unforeseen) {
    const { requestId } = problem.document;
    // The path is left out of the log, for it may hold a user's id.
    logger.error({ requestId, method: request.method, err: error }, 'a request failed');
  }
  return problem;
}

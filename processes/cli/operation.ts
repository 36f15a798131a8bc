import { createInterface } from 'node:readline';

import { RepriseError } from '../../events/error.ts';
import { ApiRefusal } from './http-client.ts';
import type { HttpClient } from './http-client.ts';
import type { Progress } from './progress.ts';

interface OperationLine {
  readonly progress?: { readonly done: number; readonly total: number };
  readonly result?: unknown;
  readonly problem?: Readonly<Record<string, unknown>>;
}

/** Starts a long operation of the API and shows its progress until it answers. */
export async function followOperation<T>(
  http: HttpClient,
  path: string,
  body: unknown,
  progress: Progress,
  signal: AbortSignal,
): Promise<T> {
  const accept = 'application/x-ndjson';
  const response = await http.open('POST', path, { body, accept, signal });
  try {
    for await (const text of createInterface({ input: response, crlfDelay: Infinity })) {
      const line = JSON.parse(text) as OperationLine;
      if (line.progress !== undefined) progress.update(line.progress.done, line.progress.total);
      if (line.problem !== undefined)
        throw new ApiRefusal(Number(line.problem['status']), line.problem);
      if (line.result !== undefined) return line.result as T;
    }
  } finally {
    progress.stop();
    response.destroy();
  }
  signal.throwIfAborted();
  throw new RepriseError(
    'UNAVAILABLE',
    'the server ended before it answered: run the command again',
  );
}

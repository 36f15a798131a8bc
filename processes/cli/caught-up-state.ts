import type { StateHashAnswer, StatusAnswer } from '../../api/schema/answers.ts';
import { ApiRefusal } from './http-client.ts';
import type { HttpClient } from './http-client.ts';

/** The live version's state hash at or past everything that stands in the journal now; waits for the follower. */
export async function caughtUpState(
  http: HttpClient,
  signal: AbortSignal,
): Promise<StateHashAnswer> {
  const status = await http.json<StatusAnswer>('GET', '/v1/status');
  const after = status.journal.heads
    .filter((head) => !head.endsWith(':-1'))
    .map((head) => `after=${encodeURIComponent(head)}`);
  const path = after.length === 0 ? '/v1/state-hash' : `/v1/state-hash?${after.join('&')}`;
  for (;;) {
    signal.throwIfAborted();
    try {
      return await http.json<StateHashAnswer>('GET', path, { signal });
    } catch (error) {
      // The API waits a bounded time; a long journal to learn from takes several of them.
      if (!(error instanceof ApiRefusal) || error.status !== 504) throw error;
    }
  }
}

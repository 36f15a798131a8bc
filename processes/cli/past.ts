import { setTimeout as sleep } from 'node:timers/promises';

import type { TravelAnswer } from '../../api/schema/travels.ts';
import { RepriseError } from '../../events/error.ts';
import type { CommandContext } from './command.ts';
import type { HttpClient, RequestOptions } from './http-client.ts';
import { startProgress } from './progress.ts';

const pollEveryMs = 250;

/** Asks a question about the past; where the way there is long it shows the travel, and asks again at its end. */
export async function askPast<T extends object>(
  context: CommandContext,
  http: HttpClient,
  method: 'GET' | 'POST',
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const { clock, signal } = context.deps;
  const progress = startProgress(context.output, 'travel', clock);
  let urlSaid: string | undefined;
  try {
    for (;;) {
      const answer = await http.json<T | TravelAnswer>(method, path, { ...options, signal });
      if (!('travelId' in answer)) return answer;
      let travel: TravelAnswer = answer;
      while (travel.state === 'running') {
        if (travel.url !== undefined && travel.url !== urlSaid) {
          urlSaid = travel.url;
          context.output.remark(`watch it at ${travel.url}`);
        }
        progress.update(travel.progress.done, travel.progress.total);
        await sleep(pollEveryMs, undefined, { signal });
        travel = await http.json<TravelAnswer>('GET', travel.poll, { signal });
      }
      if (travel.state === 'failed') {
        throw new RepriseError('UNAVAILABLE', `the travel failed: ${travel.failure ?? ''}`);
      }
    }
  } finally {
    progress.stop();
  }
}

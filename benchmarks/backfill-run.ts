import { setTimeout as sleep } from 'node:timers/promises';

import { paced, summary } from './paced-load.ts';
import type { Client, Latencies } from './paced-load.ts';

/** What a backfill says of itself when it has ended. */
export interface Backfilled {
  readonly version: string;
  readonly events: number;
  readonly seconds: number;
  readonly eventsPerSecond: number;
}

/** Who asks and plays, and how often a second. */
export interface LoadOptions {
  readonly users: number;
  readonly items: number;
  readonly perSecond: number;
}

/** Runs a backfill to its end; one that fails, fails the benchmark. */
export async function backfill(client: Client, request: object = {}): Promise<Backfilled> {
  const started = await client.send('POST', '/v1/backfills', request);
  if (started.status !== 202) throw new Error(JSON.stringify(started.json));
  const { workflowId } = started.json as { readonly workflowId: string };
  for (;;) {
    const { json } = await client.send('GET', `/v1/backfills/${workflowId}`);
    const run = json as { readonly state: string; readonly result?: Backfilled };
    if (run.result !== undefined) return run.result;
    if (run.state !== 'running') throw new Error(JSON.stringify(json));
    await sleep(250);
  }
}

/** Asks and plays at the rate for as long as `goesOn`; every answer has to be one. */
export async function load(
  client: Client,
  { users, items, perSecond }: LoadOptions,
  goesOn: () => boolean,
): Promise<Latencies> {
  const latencies: number[] = [];
  let played = 0;
  while (goesOn()) {
    const asking = paced(perSecond, 1, async (at) => {
      const user = `user-${String((at * 31) % users)}`;
      const { status } = await client.send('GET', `/v1/users/${user}/recommendations`);
      if (status !== 200) throw new Error(`an answer was ${String(status)}`);
    });
    const playing = paced(perSecond, 1, async () => {
      played += 1;
      const user = `user-${String((played * 17) % users)}`;
      const item = `item-${String((played * 13) % items)}`;
      const { status } = await client.send('POST', '/v1/events', { type: 'play', user, item });
      if (status !== 202) throw new Error(`a play was ${String(status)}`);
    });
    latencies.push(...(await asking));
    await playing;
  }
  return summary(latencies);
}

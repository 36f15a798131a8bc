import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from './paced-load.ts';
import { seededRandom } from './serving-world.ts';

/** How many listeners, items and plays a world has. */
export interface ListenedWorld {
  readonly users: number;
  readonly items: number;
  readonly events: number;
  /** Whether events are numbered: a post that could not be taken in time is then sent again, each event once. */
  readonly numbered?: boolean;
}

const batchEvents = 20_000;
const lookEveryMs = 100;
const postTriesMax = 20;

/** Plays music to a core until every item was heard, and waits until all of it is learned. */
export async function fillWorld(client: Client, world: ListenedWorld): Promise<void> {
  const random = seededRandom(7);
  const startMs = Date.UTC(2025, 0, 1);
  let lines: string[] = [];
  for (let at = 0; at < world.events; at += 1) {
    const user = `user-${String(Math.floor(random() * world.users))}`;
    // The first plays reach every item once, the rest prefer low numbers as hits are preferred.
    const item = at < world.items ? at : Math.floor(random() ** 2 * world.items);
    const time = new Date(startMs + at * 1_000).toISOString();
    const id = world.numbered === true ? { id: `play-${String(at)}` } : {};
    lines.push(JSON.stringify({ ...id, type: 'play', user, item: `item-${String(item)}`, time }));
    if (lines.length === batchEvents || at === world.events - 1) {
      await post(client, lines.join('\n'), world.numbered === true ? postTriesMax : 1);
      lines = [];
    }
  }
  for (;;) {
    const { json } = await client.send('GET', '/v1/status');
    const { replay } = json as { readonly replay: { readonly behind: number } };
    if (replay.behind === 0) return;
    await sleep(lookEveryMs);
  }
}

async function post(client: Client, lines: string, triesMax: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const { status, json } = await client.send('POST', '/v1/events', lines);
    if (status === 202) return;
    const isBusy = status === 429 || status === 503 || status === 504;
    if (!isBusy || tries >= triesMax) throw new Error(JSON.stringify(json));
    await sleep(1_000);
  }
}

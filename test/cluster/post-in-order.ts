import type { SentEvent } from '../e2e/server.ts';
import type { ClusterClient } from './client.ts';

/** Events of one post. */
export const postEventsMax = 2_000;

/** Posts events one lot after the other; tells the places to wait for. */
export async function postInOrder(
  client: ClusterClient,
  events: readonly SentEvent[],
): Promise<readonly string[]> {
  let places: readonly string[] = [];
  for (let from = 0; from < events.length; from += postEventsMax) {
    places = await client.postAll(events.slice(from, from + postEventsMax));
  }
  return places;
}

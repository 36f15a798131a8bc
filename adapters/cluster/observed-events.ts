import type { ObservedEvent } from '../../model/stream/observed-events.ts';
import { PLACES_MAX } from '../../model/stream/place-window.ts';
import type { RedisLink } from './redis/redis.ts';

/** How long the events of a version that nobody holds any more are kept. */
export const OBSERVED_EVENTS_SECONDS_MAX = 2_592_000;

/** Events told in one command. */
const TOLD_MAX = 1_000;

/** Where the workers of a cluster tell which sampled events their versions were tested on, and its APIs pair them. */
export interface SharedObservedEvents {
  /** Adds events, oldest first. */
  add(version: string, events: readonly ObservedEvent[]): Promise<void>;
  /** The newest events of a version, oldest first, each once. */
  kept(version: string): Promise<readonly ObservedEvent[]>;
}

/** Opens the sampled events that the processes of a cluster share in Redis. They are figures, not state: a lost Redis begins anew. */
export function openObservedEvents(link: RedisLink): SharedObservedEvents {
  const keyOf = (version: string): string => `${link.prefix}{observed}:events:${version}`;
  return {
    async add(version, events) {
      const told = events.slice(-PLACES_MAX).map(textOf);
      for (let from = 0; from < told.length; from += TOLD_MAX) {
        await link.run((redis) =>
          redis.rpush(keyOf(version), ...told.slice(from, from + TOLD_MAX)),
        );
      }
      if (told.length === 0) return;
      await link.run((redis) => redis.ltrim(keyOf(version), -PLACES_MAX, -1));
      await link.run((redis) => redis.expire(keyOf(version), OBSERVED_EVENTS_SECONDS_MAX));
    },

    async kept(version) {
      const texts = await link.run((redis) => redis.lrange(keyOf(version), 0, -1));
      // What was told again counts once, as it was told first.
      const found = new Map<number, ObservedEvent>();
      for (const event of texts.map(eventOf))
        if (!found.has(event.key)) found.set(event.key, event);
      return [...found.values()];
    },
  };
}

function textOf({ key, place, cohorts }: ObservedEvent): string {
  return `${String(key)} ${String(place)} ${String(cohorts)}`;
}

function eventOf(text: string): ObservedEvent {
  const [key = 0, place = 0, cohorts = 0] = text.split(' ').map(Number);
  return { key, place, cohorts };
}

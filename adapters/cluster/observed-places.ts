import { PLACES_MAX } from '../../model/stream/place-window.ts';
import type { RedisLink } from './redis/redis.ts';
import { RedisScript } from './redis/redis-script.ts';

/** Versions whose places are kept; past it those of the version that came first are dropped. */
export const OBSERVED_VERSIONS_MAX = 16;

/** The places of one version's sampled events. */
export interface VersionPlaces {
  readonly version: string;
  /** Places told so far, those no longer kept included. */
  readonly sampled: number;
  /** The newest of them, oldest first. */
  readonly newest: Uint16Array;
}

/** Where the workers of a cluster tell how they ranked sampled events, and its APIs read it. */
export interface ObservedPlaces {
  /** Adds the places that a worker found: from 1 on, or 0 for a miss. */
  add(version: string, places: Uint16Array): Promise<void>;
  /** The newest places of each version, or of one, in the order in which the versions came. */
  newest(count: number, version?: string): Promise<readonly VersionPlaces[]>;
}

/** One slot holds all of a cluster's places: the names of the lists follow from the versions. */
const ADD = new RedisScript(`
local versions, sampled, base = KEYS[1], KEYS[2], ARGV[1]
local version = ARGV[2]
if not redis.call('ZSCORE', versions, version) then
  local last = redis.call('ZRANGE', versions, -1, -1, 'WITHSCORES')
  redis.call('ZADD', versions, (tonumber(last[2]) or 0) + 1, version)
end
local list = base .. version
for at = 5, #ARGV do redis.call('RPUSH', list, ARGV[at]) end
redis.call('LTRIM', list, -tonumber(ARGV[3]), -1)
redis.call('HINCRBY', sampled, version, #ARGV - 4)
for _, old in ipairs(redis.call('ZRANGE', versions, 0, -1 - tonumber(ARGV[4]))) do
  redis.call('DEL', base .. old)
  redis.call('HDEL', sampled, old)
  redis.call('ZREM', versions, old)
end
return 1
`);

/** Opens the places that the processes of a cluster share in Redis. They are figures, not state: a lost Redis begins anew. */
export function openObservedPlaces(link: RedisLink): ObservedPlaces {
  const base = `${link.prefix}{observed}:`;
  const keys = [`${base}versions`, `${base}sampled`] as const;
  const listBase = `${base}places:`;

  return {
    async add(version, places) {
      if (places.length === 0) return;
      const bounds = [PLACES_MAX, OBSERVED_VERSIONS_MAX];
      const kept = places.subarray(-PLACES_MAX);
      await link.run((redis) => ADD.run(redis, keys, [listBase, version, ...bounds, ...kept]));
    },

    async newest(count, version) {
      const known = await link.run((redis) => redis.zrange(keys[0], 0, '-1'));
      const chosen = known.filter((one) => version === undefined || one === version);
      return Promise.all(
        chosen.map(async (one) => {
          const [total, places] = await link.run((redis) =>
            Promise.all([
              redis.hget(keys[1], one),
              redis.lrange(`${listBase}${one}`, -Math.min(count, PLACES_MAX), -1),
            ]),
          );
          return {
            version: one,
            sampled: Number(total ?? 0),
            newest: Uint16Array.from(places.map(Number)),
          };
        }),
      );
    },
  };
}

import type { RedisLink } from './redis/redis.ts';
import { RedisScript } from './redis/redis-script.ts';

/** What one process knows of a day's count beside Redis. */
export interface KnownOfDay {
  /** The day that it is of, in days since 1970. */
  readonly day: number;
  /** The count as Redis told it last. */
  readonly used: number;
  /** What was taken since without Redis. */
  readonly more: number;
}

/** A count after something was taken from it. */
export interface TakenOfDay {
  readonly day: number;
  readonly used: number;
  /** 0 where it was taken; where the day's are used up, the milliseconds to the next day. */
  readonly waitMs: number;
}

/** Counts by name within days of UTC, which processes share. */
export interface DayCounts {
  /**
   * Takes one of a name's `most`, atomically. What the process knows of the same day goes in: a count that Redis lost is put
   * back to it. Throws UNAVAILABLE where Redis does not answer; it may have counted then.
   */
  take(name: string, most: number, known: KnownOfDay): Promise<TakenOfDay>;
}

/**
 * One hash holds the day and its counts, by the clock of Redis, so that the processes' own need not agree. A clock that goes
 * back begins no day anew.
 */
const TAKE = new RedisScript(`
local counts, field, dayMs = KEYS[1], 'used:' .. ARGV[1], 86400000
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local day = tonumber(redis.call('HGET', counts, 'day') or '-1')
if math.floor(nowMs / dayMs) > day then
  day = math.floor(nowMs / dayMs)
  redis.call('DEL', counts)
  redis.call('HSET', counts, 'day', day)
  redis.call('PEXPIRE', counts, 2 * dayMs)
end
local used = tonumber(redis.call('HGET', counts, field) or '0')
if tonumber(ARGV[3]) == day then
  used = math.max(used, tonumber(ARGV[4])) + tonumber(ARGV[5])
end
local waitMs = 0
if used < tonumber(ARGV[2]) then used = used + 1 else waitMs = (day + 1) * dayMs - nowMs end
redis.call('HSET', counts, field, used)
return {day, used, waitMs}
`);

/** Opens the counts of the day of the processes that share a Redis. */
export function openDayCounts(link: RedisLink): DayCounts {
  const keys = [`${link.prefix}quotas`] as const;
  return {
    async take(name, most, { day, used, more }) {
      const taken = await link.run((redis) => TAKE.run(redis, keys, [name, most, day, used, more]));
      const [ofDay = 0, count = 0, waitMs = 0] = (taken as readonly unknown[]).map(Number);
      return { day: ofDay, used: count, waitMs };
    },
  };
}

import type { RedisLink } from './redis/redis.ts';
import { RedisScript } from './redis/redis-script.ts';

/** Which workers are alive, as far as they said so lately. */
export interface WorkerRegister {
  /** Says that a worker is alive; resolves to how many are. */
  beat(worker: string): Promise<number>;
  /** The workers that are alive, in order of their names. */
  workers(): Promise<readonly string[]>;
  /** Takes a worker out that ends. */
  leave(worker: string): Promise<void>;
}

/** Time without a beat after which a worker counts as gone: less than its leases take to be noticed. */
export const WORKER_SILENT_MS_MAX = 4_000;

/** Counts by the clock of Redis, so that the workers' own need not agree. */
const LIVE = `
local time = redis.call('TIME')
local nowMs = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', nowMs - tonumber(ARGV[1])))
`;

const BEAT = new RedisScript(`${LIVE}
redis.call('ZADD', KEYS[1], string.format('%.0f', nowMs), ARGV[2])
return redis.call('ZCARD', KEYS[1])
`);

const WORKERS = new RedisScript(`${LIVE} return redis.call('ZRANGE', KEYS[1], 0, -1)`);

/** Opens the register of the workers that share a Redis. */
export function openWorkerRegister(
  link: RedisLink,
  silentMsMax = WORKER_SILENT_MS_MAX,
): WorkerRegister {
  const keys = [`${link.prefix}workers`] as const;
  return {
    async beat(worker) {
      return Number(await link.run((redis) => BEAT.run(redis, keys, [silentMsMax, worker])));
    },
    async workers() {
      const found = await link.run((redis) => WORKERS.run(redis, keys, [silentMsMax]));
      return (found as string[]).sort();
    },
    async leave(worker) {
      await link.run((redis) => redis.zrem(keys[0], worker));
    },
  };
}

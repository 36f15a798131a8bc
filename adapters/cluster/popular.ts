import { sequence } from '../../events/position.ts';
import type { Partition, Sequence } from '../../events/position.ts';
import { LANDMARK_HALF_LIVES, landmarkOf, weightAtLandmark } from '../../model/popular-landmark.ts';
import type { PopularItem } from '../../projections/popular.ts';
import type { PopularStore, PositiveRange } from '../../projections/popular-store.ts';
import type { RedisLink } from './redis/redis.ts';
import { RedisScript } from './redis/redis-script.ts';

/** Counts and positions are only worth anything together: where one was lost, the other is dropped. */
const SETTLE = `
local counts, state = KEYS[1], KEYS[2]
local held = redis.call('HMGET', state, 'count', 'landmark', 'position:' .. ARGV[1])
if tonumber(held[1] or 0) ~= redis.call('ZCARD', counts) then
  redis.call('DEL', counts, state)
  held = {false, false, false}
end
`;

const POSITION = new RedisScript(`${SETTLE} return held[3] or '-1'`);

/**
 * Adds the counts of a range that starts where its partition stands. The landmark goes on to that of the range where it
 * is behind, by one multiplication of all counts; a range from before the landmark is brought to it.
 */
const APPLY = new RedisScript(`${SETTLE}
if tonumber(held[3] or -1) ~= tonumber(ARGV[2]) then return held[3] or '-1' end
local shift = 1
if #ARGV > 4 then
  local landmark, own = tonumber(held[2] or ARGV[4]), tonumber(ARGV[4])
  local factor = 2 ^ (-${LANDMARK_HALF_LIVES} * math.abs(own - landmark))
  if own > landmark then
    redis.call('ZUNIONSTORE', counts, 1, counts, 'WEIGHTS', string.format('%.17g', factor))
    landmark = own
  else
    shift = factor
  end
  redis.call('HSET', state, 'landmark', string.format('%.0f', landmark))
end
for at = 5, #ARGV, 2 do
  local count = ARGV[at + 1]
  if shift ~= 1 then count = string.format('%.17g', tonumber(count) * shift) end
  redis.call('ZINCRBY', counts, count, ARGV[at])
end
redis.call('HSET', state, 'count', redis.call('ZCARD', counts), 'position:' .. ARGV[1], ARGV[3])
return ARGV[3]
`);

/** Settings of the popular items. */
export interface PopularOptions {
  readonly link: RedisLink;
  /** Time after which an event counts half; another one is another sorted set. */
  readonly halfLifeMs: number;
}

/** Opens the popular items in Redis; processes that share them may all count the same journals into them. */
export function openPopular({ link, halfLifeMs }: PopularOptions): PopularStore {
  const base = `${link.prefix}{popular:${halfLifeMs}}`;
  const keys = [base, `${base}:state`] as const;
  return {
    async apply(range) {
      const { partition, from, to } = range;
      const { landmark, counts } = countsOf(range, halfLifeMs);
      const fields = [...counts].flatMap(([item, count]) => [item, count]);
      const args = [partition, from, to, landmark, ...fields];
      return positionOf(await link.run((redis) => APPLY.run(redis, keys, args)));
    },
    async position(partition: Partition) {
      return positionOf(await link.run((redis) => POSITION.run(redis, keys, [partition])));
    },
    async top(n, excluded = new Set()) {
      const last = n + excluded.size - 1;
      if (n <= 0) return [];
      const reply = await link.run((redis) => redis.zrevrange(keys[0], 0, last, 'WITHSCORES'));
      return ranked(reply, excluded).slice(0, n);
    },
    async drop() {
      await link.run((redis) => redis.del(...keys));
    },
    close: () => Promise.resolve(),
  };
}

/** What a range adds to each item's count, relative to the landmark of its newest event. */
function countsOf(
  { events }: PositiveRange,
  halfLifeMs: number,
): { readonly landmark: number; readonly counts: ReadonlyMap<string, number> } {
  const landmarks = events.map(({ timeMs }) => landmarkOf(timeMs, halfLifeMs));
  const landmark = landmarks.reduce((most, one) => Math.max(most, one), landmarks[0] ?? 0);
  const counts = new Map<string, number>();
  for (const { item, timeMs, weight } of events) {
    const count = weightAtLandmark(timeMs, weight, landmark, halfLifeMs);
    counts.set(item, (counts.get(item) ?? 0) + count);
  }
  return { landmark, counts };
}

function ranked(reply: readonly string[], excluded: ReadonlySet<string>): readonly PopularItem[] {
  const most = Number(reply[1] ?? 0);
  const items: PopularItem[] = [];
  for (let at = 0; at < reply.length; at += 2) {
    const id = reply[at] ?? '';
    if (!excluded.has(id)) items.push({ id, share: Number(reply[at + 1]) / most });
  }
  return items;
}

function positionOf(reply: unknown): Sequence {
  return sequence(Number(reply));
}

import type { Fence } from '../../activities/replay/fences.ts';
import { sequence } from '../../events/position.ts';
import type { StateMark } from '../../projections/state-trail.ts';
import type { RedisLink } from './redis/redis.ts';

/** Marks of a partition that are kept, the newest. */
export const TOLD_MARKS_MAX = 4_096;

/** How long the marks of a partition are kept that nobody moves. */
export const TOLD_MARKS_SECONDS_MAX = 604_800;

/** Where the workers of a cluster tell what the rows of their states were on the way, and a proof reads it. */
export interface ToldMarks {
  /** Adds marks of a version of the partition that a fence is of, in the order of their places. */
  add(fence: Fence, version: string, marks: readonly StateMark[]): Promise<void>;
  /** The newest marks that a fence told of a version, oldest first: nothing of a mover that was relieved. */
  kept(fence: Fence, version: string): Promise<readonly StateMark[]>;
}

type Row = readonly [fence: number, version: string, sequence: number, digest: string];

/** Opens the marks that the processes of a cluster share in Redis. They are no state: a lost Redis begins anew. */
export function openToldMarks(link: RedisLink): ToldMarks {
  const keyOf = (partition: number): string => `${link.prefix}{marks:${String(partition)}}`;
  return {
    async add({ partition, number }, version, marks) {
      if (marks.length === 0) return;
      const key = keyOf(partition);
      const rows = marks.map(({ sequence: at, digest }): string => {
        const row: Row = [number, version, at, digest];
        return JSON.stringify(row);
      });
      await link.run((redis) =>
        redis
          .multi()
          .rpush(key, ...rows)
          .ltrim(key, -TOLD_MARKS_MAX, -1)
          .expire(key, TOLD_MARKS_SECONDS_MAX)
          .exec(),
      );
    },

    async kept({ partition, number }, version) {
      const rows = await link.run((redis) => redis.lrange(keyOf(partition), 0, -1));
      return rows
        .map((row) => JSON.parse(row) as Row)
        .filter(([fence, own]) => fence === number && own === version)
        .map(([, , at, digest]) => ({ sequence: sequence(at), digest }));
    },
  };
}

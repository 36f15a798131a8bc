import { ORIGIN } from '../../events/position.ts';
import type { Sequence } from '../../events/position.ts';
import { NO_POPULARITY, addPopularity, popularityAt } from '../../model/popularity.ts';
import type { PopularStore } from '../../projections/popular-store.ts';

/** Creates popular items in memory, counted in the log domain. */
export function createMemoryPopular(halfLifeMs: number): PopularStore {
  const logWeights = new Map<string, number>();
  const positions = new Map<number, Sequence>();
  return {
    apply({ partition, from, to, events }) {
      const position = positions.get(partition) ?? ORIGIN;
      if (position !== from) return Promise.resolve(position);
      for (const { item, timeMs, weight } of events) {
        const before = logWeights.get(item) ?? NO_POPULARITY;
        logWeights.set(item, addPopularity(before, timeMs, weight, halfLifeMs));
      }
      positions.set(partition, to);
      return Promise.resolve(to);
    },
    position: (partition) => Promise.resolve(positions.get(partition) ?? ORIGIN),
    top(n, excluded = new Set()) {
      const all = [...logWeights].sort(
        ([a, left], [b, right]) => right - left || Buffer.compare(Buffer.from(b), Buffer.from(a)),
      );
      const most = all[0]?.[1] ?? 0;
      const wanted = all.filter(([id]) => !excluded.has(id)).slice(0, Math.max(0, n));
      return Promise.resolve(
        wanted.map(([id, logWeight]) => ({ id, share: popularityAt(logWeight - most, 0, 1) })),
      );
    },
    drop() {
      logWeights.clear();
      positions.clear();
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

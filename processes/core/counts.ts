import type { LivePartition } from '../../activities/live-partition.ts';

/** What the live state holds, over all partitions. */
export interface Counts {
  readonly events: number;
  readonly users: number;
  readonly items: number;
  readonly refused: number;
}

/** Counts the live state; items are those that any partition has met. */
export function countLive(live: readonly LivePartition[], distinctItems: () => number): Counts {
  let events = 0;
  let users = 0;
  let refused = 0;
  for (const { runtime } of live) {
    events += runtime.counters.events;
    users += runtime.counters.users;
    refused += runtime.counters.refused;
  }
  const only = live.length === 1 ? live[0] : undefined;
  const items = only === undefined ? distinctItems() : only.runtime.counters.items;
  return { events, users, items, refused };
}

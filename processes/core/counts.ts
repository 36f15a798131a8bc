import type { LivePartition } from '../../activities/replay/live-partition.ts';
import type { ServingState } from '../../projections/serving-state.ts';

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

/** Counts what the read side holds, where no runtime is at hand. */
export function countServed(serving: ServingState): Counts {
  let events = 0;
  let users = 0;
  let refused = 0;
  for (let partition = 0; partition < serving.partitions; partition += 1) {
    const state = serving.partition(partition);
    events += state.users.events;
    users += state.users.rows;
    refused += state.deadLetters.refused;
  }
  return { events, users, items: distinctItems(serving), refused };
}

/** Counts the items that any partition has met. */
export function distinctItems(serving: ServingState): number {
  const items = new Set<string>();
  for (let partition = 0; partition < serving.partitions; partition += 1) {
    const { vectors } = serving.partition(partition);
    for (let row = 0; row < vectors.rows; row += 1) items.add(vectors.id(row));
  }
  return items.size;
}

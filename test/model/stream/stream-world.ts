import type { StreamEvent } from '../../../model/stream/stream-learner.ts';
import { SeededRandom } from '../../doubles/seeded-random.ts';

/** An event of weight 1, an hour after the one before, that likes its item; the key is that of its number. */
export function streamEvent(
  number: number,
  userRow: number,
  itemRow: number,
  more: Partial<StreamEvent> = {},
): StreamEvent {
  return {
    userRow,
    itemRow,
    timeMs: number * 3_600_000,
    weight: 1,
    positive: 1,
    key0: Math.imul(number + 1, 0x9e3779b1) >>> 0,
    key1: Math.imul(number + 1, 0x85ebca6b) >>> 0,
    ...more,
  };
}

/** Events of users with a taste of their own half of the items, rows numbered by first appearance. */
export function tastefulStream(
  seed: number,
  length: number,
  users = 20,
  items = 30,
): StreamEvent[] {
  const random = new SeededRandom(seed);
  const userRows = new Map<number, number>();
  const itemRows = new Map<number, number>();
  const rowOf = (rows: Map<number, number>, id: number): number => {
    const row = rows.get(id) ?? rows.size;
    rows.set(id, row);
    return row;
  };
  return Array.from({ length }, (_, number) => {
    const user = random.below(users);
    const half = items / 2;
    const item = (user % 2) * half + Math.floor(half * random.next() ** 2);
    return streamEvent(number, rowOf(userRows, user), rowOf(itemRows, item));
  });
}

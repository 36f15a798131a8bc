import type { SeededRandom } from '../doubles/seeded-random.ts';
import type { Told } from '../doubles/partition-rig.ts';

const TYPES = ['play', 'play', 'play', 'view', 'like', 'skip', 'dislike', 'yodel'];
const TIMES = [NaN, Infinity, -1, 0, 1e15];

/** Invents listeners' events: repeats, negatives, types that nobody knows and times that are none among them. */
export function inventEvents(random: SeededRandom, count: number): Told[] {
  const users = 2 + random.below(30);
  const items = 2 + random.below(60);
  return Array.from({ length: count }, (_, n) => ({
    id: `event-${n}`,
    user: `user ${Math.floor(users * random.next() ** 2)}`,
    item: `item ${Math.floor(items * random.next() ** 2)}`,
    type: TYPES[random.below(TYPES.length)]!,
    timeMs: random.below(20) === 0 ? TIMES[random.below(TIMES.length)]! : n * 1_000,
  }));
}

/** Cuts a list into batches of random length. */
export function inBatches<T>(random: SeededRandom, all: readonly T[], lengthMax: number): T[][] {
  const batches: T[][] = [];
  for (let at = 0; at < all.length;) {
    const length = 1 + random.below(lengthMax);
    batches.push(all.slice(at, at + length));
    at += length;
  }
  return batches;
}

import { FactorTable } from '../../model/factor-table.ts';
import type { KernelFactory } from '../../model/kernel/kernel.ts';
import { weighQuery } from '../../model/model.ts';
import type { UserItems } from './user-items.ts';

/** The rows that a ranking reads. */
export interface RankedRows {
  readonly users: Float32Array;
  readonly items: Float32Array;
  readonly bias: Float32Array;
  readonly output: Float32Array;
}

/** Pairs of user and item rows. */
export interface Pairs {
  readonly users: Uint32Array;
  readonly items: Uint32Array;
}

/** How many pairs were ranked, and in how many of them the item was among the user's best. */
export interface Hits {
  readonly hits: number;
  readonly events: number;
}

/** The place within which an item counts as found. */
export const PLACES = 10;

/** Pairs between two turns of the event loop. */
const PAIRS_A_TURN = 256;

/**
 * Counts the pairs whose item is told to its user. A pair that was seen, or that stood in the list before, is passed
 * over; pairs come user by user.
 */
export async function countListed(
  pairs: Pairs,
  items: number,
  seen: UserItems,
  turn: (done: number) => Promise<void>,
  isListed: (user: number, item: number) => boolean,
): Promise<Hits> {
  const met = new Set<number>();
  const order = byUser(pairs.users);
  let hits = 0;
  for (let done = 0; done < order.length; done += 1) {
    if (done % PAIRS_A_TURN === 0) await turn(done);
    const at = order[done] as number;
    const user = pairs.users[at] as number;
    const item = pairs.items[at] as number;
    const pair = user * items + item;
    if (met.has(pair) || seen.has(user, item)) continue;
    met.add(pair);
    if (isListed(user, item)) hits += 1;
  }
  return { hits, events: met.size };
}

/**
 * Ranks the item of each pair among all items that its user has not seen, by the kernel's arithmetic that answers
 * are ranked by.
 */
export async function countHits(
  kernels: KernelFactory,
  rows: RankedRows,
  pairs: Pairs,
  seen: UserItems,
  turn: (done: number) => Promise<void>,
): Promise<Hits> {
  const width = rows.output.length;
  const table = new FactorTable(kernels.create(), { dimensions: width, extra: 1 });
  const itemCount = rows.bias.length;
  table.addRows(itemCount);
  table.writeRows(0, itemCount, rows.items);
  table.writeColumn(0, 0, itemCount, rows.bias);
  const scores = new Float32Array(itemCount);
  const query = new Float32Array(width);
  let scored = -1;
  return countListed(pairs, itemCount, seen, turn, (user, item) => {
    if (user !== scored) {
      query.set(rows.users.subarray(user * width, (user + 1) * width));
      weighQuery(rows.output, query);
      table.scoreAll(query, scores);
      for (const one of seen.of(user)) scores[one] = -Infinity;
      scored = user;
    }
    return placeOf(item, scores) < PLACES;
  });
}

/** How many items stand before this one: a higher score, or the same and a lower row. */
function placeOf(item: number, scores: Float32Array): number {
  const own = scores[item] as number;
  let place = 0;
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] as number;
    if (score > own || (score === own && row < item)) place += 1;
  }
  return place;
}

function byUser(users: Uint32Array): Uint32Array {
  return Uint32Array.from(users, (_, at) => at).sort(
    (one, other) => (users[one] as number) - (users[other] as number) || one - other,
  );
}

import type { TrainingPairs } from '../../../model/batch/batch-trainer.ts';
import { EVENT, EVENT_ITEMS_MAX, NO_ITEM } from '../../../model/kernel/training-layout.ts';
import { groupPairs } from './grouped-pairs.ts';
import type { GroupedPairs } from './grouped-pairs.ts';

/**
 * Parts that users and items are cut into, fixed whatever the number of threads: in turn after turn, each part of the
 * users meets another part of the items, so that the blocks of a turn share no row and may run side by side.
 */
export const STRATA = 8;

/** Negatives that one event draws on average at most, which leaves room for the positive and for rounding up. */
const SHARE_MAX = EVENT_ITEMS_MAX / 2;

/** The new order of one side's rows: the parts one after the other. */
export interface Parts {
  /** The row that stands at each place. */
  readonly rows: Uint32Array;
  /** The place of each row. */
  readonly places: Uint32Array;
  /** Where each part starts, and where the last ends. */
  readonly starts: Uint32Array;
}

/** The events of some users on some items; users and items by their places. */
export interface Block {
  readonly firstItem: number;
  readonly items: number;
  /** Records of EVENT.words words. */
  readonly events: Uint32Array;
}

/** Deals rows into parts of equal size that cost about the same: by falling count, there and back. */
export function dealRows(counts: Uint32Array): Parts {
  const order = Uint32Array.from(counts, (_, row) => row);
  order.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const dealt: number[][] = Array.from({ length: STRATA }, () => []);
  for (const [at, row] of order.entries()) {
    const lap = at % (2 * STRATA);
    dealt[lap < STRATA ? lap : 2 * STRATA - 1 - lap]?.push(row);
  }
  const rows = Uint32Array.from(dealt.flatMap((part) => part.sort((a, b) => a - b)));
  const places = new Uint32Array(rows.length);
  for (const [place, row] of rows.entries()) places[row] = place;
  const starts = new Uint32Array(STRATA + 1);
  for (const [part, { length }] of dealt.entries())
    starts[part + 1] = (starts[part] as number) + length;
  return { rows, places, starts };
}

/** How often each row stands in a column of pairs. */
export function countRows(column: Uint32Array, rows: number): Uint32Array {
  const counts = new Uint32Array(rows);
  for (const row of column) counts[row] = (counts[row] as number) + 1;
  return counts;
}

/**
 * Makes the blocks, user part by user part. A user draws from each part of the items as many negatives as the part's
 * share of all items asks for, not as many as its positives there: so the blocks together sample the objective that
 * one pass over all items would, and a thread draws only items that are its own.
 */
export function makeBlocks(
  pairs: TrainingPairs,
  negatives: number,
  users: Parts,
  items: Parts,
): Block[] {
  const userPlaces = pairs.userRows.map((row) => users.places[row] as number);
  const itemPlaces = pairs.itemRows.map((row) => items.places[row] as number);
  const sizes = { rows: pairs.users, columns: pairs.items };
  const grouped = groupPairs(userPlaces, itemPlaces, sizes);
  return Array.from({ length: STRATA * STRATA }, (_, number): Block => {
    const userPart = Math.floor(number / STRATA);
    const itemPart = number % STRATA;
    const firstItem = items.starts[itemPart] as number;
    const endItem = items.starts[itemPart + 1] as number;
    const perPositive = (negatives * (endItem - firstItem)) / Math.max(1, pairs.items);
    const records: BlockRecords = new BlockRecords();
    for (
      let user = users.starts[userPart] as number;
      user < (users.starts[userPart + 1] as number);
      user += 1
    ) {
      const chosen = chosenBetween(grouped, user, firstItem, endItem);
      records.add(user, chosen.own, perPositive * chosen.all);
    }
    return { firstItem, items: endItem - firstItem, events: records.words() };
  });
}

/** The items of a user from one place to another, and how many it chose in all. */
function chosenBetween(
  { starts, columns }: GroupedPairs,
  user: number,
  from: number,
  to: number,
): { own: Uint32Array; all: number } {
  const all = columns.subarray(starts[user], starts[user + 1]);
  const own = all.subarray(lowerBound(all, from), lowerBound(all, to));
  return { own, all: all.length };
}

function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The records of a block as they are made. */
class BlockRecords {
  #words = new Uint32Array(EVENT.words * 1_024);
  #shares = new Float32Array(this.#words.buffer);
  #length = 0;

  /** Adds a user's events: one an item chosen, and more without an item where the negatives need them. */
  add(user: number, chosen: Uint32Array, negatives: number): void {
    const events = Math.max(chosen.length, Math.ceil(negatives / SHARE_MAX));
    for (let event = 0; event < events; event += 1) {
      if (this.#length === this.#words.length) this.#grow();
      this.#words[this.#length + EVENT.user] = user;
      this.#words[this.#length + EVENT.item] = chosen[event] ?? NO_ITEM;
      this.#shares[this.#length + EVENT.share] = negatives / events;
      this.#length += EVENT.words;
    }
  }

  words(): Uint32Array {
    return this.#words.slice(0, this.#length);
  }

  #grow(): void {
    const wider = new Uint32Array(2 * this.#words.length);
    wider.set(this.#words);
    this.#words = wider;
    this.#shares = new Float32Array(wider.buffer);
  }
}

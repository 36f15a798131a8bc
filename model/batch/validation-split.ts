import type { TrainingPairs } from './batch-trainer.ts';
import type { RankingCase } from './leave-one-out.ts';

/** Draws whole numbers from 0 to below `end`. */
export type DrawBelow = (end: number) => number;

/** Training pairs of which an item a user was held out, and what it is ranked among. */
export interface ValidationSplit {
  readonly pairs: TrainingPairs;
  readonly cases: readonly RankingCase[];
}

/** Draws for a negative before it is given up: somebody who chose nearly everything has few left. */
const DRAWS_MAX = 100;

/**
 * Holds one drawn item of each user with two or more out of the pairs, beside `negatives` items that the user did not
 * choose: what settings are chosen on, so that the test stays unseen.
 */
export function holdOutValidation(
  pairs: TrainingPairs,
  negatives: number,
  below: DrawBelow,
): ValidationSplit {
  const chosen = itemsOfUsers(pairs);
  const heldOut = new Map<number, number>();
  const cases: RankingCase[] = [];
  for (const [user, items] of chosen) {
    if (items.size < 2) continue;
    const item = [...items][below(items.size)] as number;
    heldOut.set(user, item);
    const drawn = drawOthers(items, pairs.items, negatives, below);
    cases.push({ user, candidates: Uint32Array.from([item, ...drawn]) });
  }
  const kept: number[] = [];
  for (let at = 0; at < pairs.userRows.length; at += 1) {
    if (heldOut.get(pairs.userRows[at] as number) !== pairs.itemRows[at]) kept.push(at);
  }
  const column = (rows: Uint32Array) => Uint32Array.from(kept, (at) => rows[at] as number);
  return {
    pairs: { ...pairs, userRows: column(pairs.userRows), itemRows: column(pairs.itemRows) },
    cases,
  };
}

function itemsOfUsers({ userRows, itemRows }: TrainingPairs): Map<number, Set<number>> {
  const chosen = new Map<number, Set<number>>();
  for (let at = 0; at < userRows.length; at += 1) {
    const user = userRows[at] as number;
    const items = chosen.get(user) ?? new Set();
    items.add(itemRows[at] as number);
    chosen.set(user, items);
  }
  return chosen;
}

function drawOthers(
  items: ReadonlySet<number>,
  itemCount: number,
  count: number,
  below: DrawBelow,
): Set<number> {
  const drawn = new Set<number>();
  for (let tries = 0; drawn.size < count && tries < count + DRAWS_MAX; tries += 1) {
    const item = below(itemCount);
    if (!items.has(item)) drawn.add(item);
  }
  return drawn;
}

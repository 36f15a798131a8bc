import type { TrainingPairs } from '../../../model/batch/batch-trainer.ts';
import type { Draws } from '../draws.ts';
import { Touched } from '../touched.ts';
import { UserItems } from '../user-items.ts';

/** Items drawn evenly as negatives of a block; its users share them. */
const DRAWN_ITEMS = 1_024;

/** All pairs of some users and of the items that they chose or that were drawn as negatives, in slots. */
export interface Block {
  /** Rows of the users and of the items, by slot. */
  readonly users: Uint32Array;
  readonly items: Uint32Array;
  /** Users × items: 1 where the user chose the item. */
  readonly targets: Float32Array;
  /** How much a draw weighs for each user: together as much as `negatives` a chosen item. */
  readonly negativeWeights: Float32Array;
  /** How often each item was drawn. */
  readonly draws: Float32Array;
  /** Pairs that each row stands in, by weight: what scales its regularisation. */
  readonly userPairs: Float32Array;
  readonly itemPairs: Float32Array;
  /** Chosen pairs. */
  readonly positives: number;
}

/**
 * Makes blocks of users. Eight negatives drawn anew for each positive cost a gathered row each; a thousand that the users of
 * a block share, weighed to count as much, cost one product of two small matrices and vary less.
 */
export class BlockMaker {
  readonly #chosen: UserItems;
  readonly #items: number;
  readonly #negatives: number;
  readonly #touched: Touched;

  constructor(pairs: TrainingPairs, negatives: number) {
    this.#chosen = new UserItems(pairs.userRows, pairs.itemRows, pairs.users);
    this.#items = pairs.items;
    this.#negatives = negatives;
    this.#touched = new Touched(pairs.items);
  }

  /** The block of these users. */
  make(users: Uint32Array, draws: Draws): Block {
    const touched = this.#touched;
    touched.clear();
    const chosen = Array.from(users, (user) =>
      this.#chosen.of(user).map((item) => touched.slot(item)),
    );
    const drawn = Uint32Array.from({ length: this.#negatives > 0 ? DRAWN_ITEMS : 0 }, () =>
      touched.slot(draws.below(this.#items)),
    );
    const width = touched.rows.length;
    const targets = new Float32Array(users.length * width);
    const itemPairs = new Float32Array(width);
    const counts = new Float32Array(width);
    for (const slot of drawn) counts[slot] = (counts[slot] as number) + 1;
    chosen.forEach((slots, user) => {
      for (const slot of slots) {
        targets[user * width + slot] = 1;
        itemPairs[slot] = (itemPairs[slot] as number) + 1;
      }
    });
    const negativeWeights = Float32Array.from(
      chosen,
      (slots) => (this.#negatives * slots.length) / DRAWN_ITEMS,
    );
    const positives = chosen.reduce((sum, slots) => sum + slots.length, 0);
    const weight = (this.#negatives * positives) / DRAWN_ITEMS;
    return {
      users,
      items: touched.rows.slice(),
      targets,
      negativeWeights,
      draws: counts,
      userPairs: Float32Array.from(chosen, (slots) => slots.length * (1 + this.#negatives)),
      itemPairs: itemPairs.map((pairs, slot) => pairs + weight * (counts[slot] as number)),
      positives,
    };
  }
}

/** Times of showing that the mean of all items counts as, for an item that was shown seldom. */
const PRIOR_TIMES = 10;

interface Count {
  times: number;
  rewards: number;
}

/**
 * How often items are clicked where they are shown: the model of a doubly robust estimate. An item's rate is drawn to that
 * of all, `(rewards + 10 · mean) / (times + 10)`: the mean of a beta prior of that weight.
 */
export class ItemRates {
  readonly #items = new Map<string, Count>();
  readonly #all: Count = { times: 0, rewards: 0 };

  /** Counts that an item was shown, and what came of it. */
  add(item: string, reward: number): void {
    const count = this.#items.get(item) ?? { times: 0, rewards: 0 };
    this.#items.set(item, count);
    for (const each of [count, this.#all]) {
      each.times += 1;
      each.rewards += reward;
    }
  }

  /** The rate of an item; that of all for one that was never shown, and 0 before anything was. */
  of(item: string): number {
    const mean = this.#all.times === 0 ? 0 : this.#all.rewards / this.#all.times;
    const { times, rewards } = this.#items.get(item) ?? { times: 0, rewards: 0 };
    return (rewards + PRIOR_TIMES * mean) / (times + PRIOR_TIMES);
  }
}

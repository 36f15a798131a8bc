import type { RuleItems } from './rules/rule-items.ts';
import { yielding } from './steps.ts';
import type { Steps } from './steps.ts';

/** Items that are looked at before other work is let in. */
export const latestSliceItemsMax = 20_000;

/** An item by when it came out. */
export interface LatestItem {
  readonly id: string;
  /** What its metadata say as `timestamp`, Unix milliseconds. */
  readonly timeMs: number;
}

/** The newest items by the `timestamp` of their metadata: a column of times over all items, kept up as they are published. */
export class LatestItems {
  readonly #items: RuleItems;
  readonly #yieldNow: () => Promise<void>;
  #times = new Float64Array(64);
  #count = 0;
  #changes = 0;

  constructor(items: RuleItems, yieldNow: () => Promise<void>) {
    this.#items = items;
    this.#yieldNow = yieldNow;
  }

  /**
   * The n items that came out last, the newest first and equals by id, of one category where it is named; an item without
   * a time is none of them, nor is one that was withdrawn.
   */
  async find(n: number, category?: string): Promise<readonly LatestItem[]> {
    await this.#items.load();
    await yielding(this.#catchUp(), this.#yieldNow);
    return yielding(this.#newest(n, category), this.#yieldNow);
  }

  /** Reads the times that are new; a second walk meanwhile goes on where the first one stands. */
  *#catchUp(): Steps {
    const { changes } = this.#items;
    const changed = changes.since(this.#changes);
    if (changed === undefined) this.#count = 0;
    for (let ago = changed ?? 0; ago > 0; ago -= 1) {
      const number = changes.row(ago);
      if (number < this.#count) this.#read(number);
    }
    this.#changes = changes.count;
    while (this.#count < this.#items.count) {
      this.#read(this.#count);
      this.#count += 1;
      if (this.#count % latestSliceItemsMax === 0) yield;
    }
  }

  *#newest(n: number, category: string | undefined): Steps<readonly LatestItem[]> {
    const best: LatestItem[] = [];
    // Backwards, for what is published late is mostly new: few are put where they are pushed out again.
    for (let number = this.#count - 1; number >= 0; number -= 1) {
      if (number % latestSliceItemsMax === 0) yield;
      const timeMs = this.#times[number] ?? NaN;
      const last = best[n - 1];
      if (Number.isNaN(timeMs) || (last !== undefined && timeMs < last.timeMs)) continue;
      const { id, categories } = this.#items.item(number) as {
        readonly id: string;
        readonly categories?: unknown;
      };
      const isOf = category === undefined || isAmong(categories, category);
      if (isOf) put(best, { id, timeMs }, n);
    }
    return best;
  }

  #read(number: number): void {
    if (number >= this.#times.length) {
      const longer = new Float64Array(Math.ceil(this.#items.count * 1.25));
      longer.set(this.#times);
      this.#times = longer;
    }
    const { timestamp } = this.#items.item(number);
    this.#times[number] = typeof timestamp === 'string' ? Date.parse(timestamp) : NaN;
  }
}

function isAmong(categories: unknown, category: string): boolean {
  return Array.isArray(categories) && categories.includes(category);
}

function isBefore(a: LatestItem, b: LatestItem): boolean {
  return a.timeMs === b.timeMs ? a.id < b.id : a.timeMs > b.timeMs;
}

/** Puts an item where it belongs among the n newest. */
function put(best: LatestItem[], item: LatestItem, n: number): void {
  let at = best.length;
  while (at > 0 && isBefore(item, best[at - 1] as LatestItem)) at -= 1;
  best.splice(at, 0, item);
  if (best.length > n) best.pop();
}

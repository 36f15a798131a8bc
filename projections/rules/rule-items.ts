import { RepriseError } from '../../events/error.ts';
import type { ItemMetadata } from '../items.ts';
import { RowChanges } from '../row-changes.ts';
import { inRuns } from '../steps.ts';
import type { Steps } from '../steps.ts';
import type { ItemValues } from './expression.ts';
import type { Settling } from './until-found.ts';

/** Items whose metadata rules hold in memory. */
export const ruleItemsMax = 1_000_000;
/** Names of metadata fields that are remembered; past them a name that no item has is not found out any more. */
export const ruleFieldsMax = 10_000;
/** Items that are read or numbered in one step. */
const STEP_ITEMS_MAX = 1_024;

/** Where the metadata of items come from. */
export interface PublishedSource {
  /** The metadata of all items that have them, as they stand. */
  all(): AsyncIterable<readonly [item: string, metadata: ItemMetadata]>;
  /** Calls back with every publication from now on, null where an item is withdrawn; absent where nothing changes. */
  onPublished?(listener: (item: string, metadata: ItemMetadata | null) => void): void;
}

/**
 * All items that rules were asked about, by number, with their metadata in memory. Nothing is read before the first
 * rule is asked; from then on publications are taken in as they are folded.
 */
export class RuleItems {
  /** The numbers of the items that changed last. */
  readonly changes = new RowChanges();
  readonly #source: PublishedSource;
  readonly #yieldNow: () => Promise<void>;
  readonly #numberOf = new Map<string, number>();
  readonly #items: ItemValues[] = [];
  readonly #fields = new Set<string>(['id']);
  /** The numbers of lists of ids that only ever grow, by place. */
  readonly #lists = new WeakMap<readonly string[], NumberList>();
  /** What was published while the rest is read; undefined before, for nobody listens yet. */
  #heard: Set<string> | undefined;
  #loading: Settling | undefined;
  #isLoaded = false;

  constructor(source: PublishedSource, yieldNow: () => Promise<void>) {
    this.#source = source;
    this.#yieldNow = yieldNow;
  }

  /** Undefined where the metadata are at hand, else resolves when they are; rejects with UNAVAILABLE past the bound. */
  load(): Settling | undefined {
    if (this.#isLoaded) return undefined;
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** The number of items. */
  get count(): number {
    return this.#items.length;
  }

  /** An item by its number. */
  item(number: number): ItemValues {
    const item = this.#items[number];
    if (item === undefined) throw new RangeError(`no item ${String(number)}`);
    return item;
  }

  /** Tells whether any item has, or had, such a field, as far as names are remembered. */
  hasField(name: string): boolean {
    return this.#fields.has(name) || this.#fields.size >= ruleFieldsMax;
  }

  /** The names of the fields that items have. */
  get fields(): Iterable<string> {
    return this.#fields;
  }

  /** Numbers what a list of ids has more than when it was numbered last; the list may only grow. */
  *number(ids: readonly string[]): Steps {
    const list = this.#listOf(ids);
    const from = list.count;
    yield* inRuns(ids.length - from, STEP_ITEMS_MAX, (start, end) => {
      for (let at = from + start; at < from + end; at += 1) {
        list.put(at, this.#numberFor(ids[at] ?? ''));
      }
    });
  }

  /** The numbers of a list of ids by place; only those that {@link number} saw. */
  numbers(ids: readonly string[]): Int32Array {
    return this.#listOf(ids).numbers;
  }

  #listOf(ids: readonly string[]): NumberList {
    const known = this.#lists.get(ids);
    if (known !== undefined) return known;
    const list = new NumberList();
    this.#lists.set(ids, list);
    return list;
  }

  async #load(): Settling {
    const heard = this.#listen();
    let read = 0;
    for await (const [item, metadata] of this.#source.all()) {
      // What was published meanwhile is newer than what is read.
      if (!heard.has(item)) this.#take(item, metadata);
      read += 1;
      if (read % STEP_ITEMS_MAX === 0) await this.#yieldNow();
    }
    this.#isLoaded = true;
    heard.clear();
    return undefined;
  }

  #listen(): Set<string> {
    if (this.#heard !== undefined) return this.#heard;
    const heard = new Set<string>();
    this.#heard = heard;
    this.#source.onPublished?.((item, metadata) => {
      if (!this.#isLoaded) heard.add(item);
      this.#take(item, metadata ?? {});
    });
    return heard;
  }

  #take(item: string, metadata: ItemMetadata): void {
    const number = this.#numberFor(item);
    this.#items[number] = { ...metadata, id: item };
    this.changes.add(number);
    if (this.#fields.size >= ruleFieldsMax) return;
    for (const name of Object.keys(metadata)) this.#fields.add(name);
  }

  #numberFor(id: string): number {
    const known = this.#numberOf.get(id);
    if (known !== undefined) return known;
    const number = this.#items.length;
    if (number >= ruleItemsMax) {
      throw new RepriseError(
        'UNAVAILABLE',
        `rules hold the metadata of ${String(ruleItemsMax)} items at most: ask without filter, boost and scenario`,
      );
    }
    this.#items.push({ id });
    this.#numberOf.set(id, number);
    return number;
  }
}

/** Numbers by place in a list that grows. */
class NumberList {
  #numbers = new Int32Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get numbers(): Int32Array {
    return this.#numbers.subarray(0, this.#count);
  }

  /** Sets the number of a place: two who number the same list at a time write the same. */
  put(place: number, number: number): void {
    if (place >= this.#numbers.length) {
      const longer = new Int32Array(Math.ceil(place * 1.5) + 64);
      longer.set(this.#numbers);
      this.#numbers = longer;
    }
    this.#numbers[place] = number;
    this.#count = Math.max(this.#count, place + 1);
  }
}

import { signal } from '@preact/signals';

import type { ListedItem } from '../../api/schema/listings.ts';
import { lookUp } from '../wire/calls.ts';

/** Items that are remembered; the oldest are forgotten past it. */
export const bookItemsMax = 2_000;
/** Items of one look-up. */
const LOOKED_UP_MAX = 100;

const book = signal<ReadonlyMap<string, ListedItem>>(new Map());
const asked = new Set<string>();
let gathered: string[] = [];

/** What is known of an item; what is not is asked for, together with others of this moment. */
export function itemOfBook(id: string): ListedItem | undefined {
  const known = book.value.get(id);
  if (known === undefined && !asked.has(id)) {
    asked.add(id);
    if (gathered.push(id) === 1) queueMicrotask(() => void fetchGathered());
  }
  return known;
}

/** The name of an item: its title where it has one, else its id. */
export function nameOf(id: string): string {
  return itemOfBook(id)?.title ?? id;
}

/** Remembers items that came with an answer. */
export function remember(items: readonly ListedItem[]): void {
  const next = new Map(book.peek());
  for (const item of items) {
    next.delete(item.id);
    next.set(item.id, item);
  }
  for (const id of next.keys()) {
    if (next.size <= bookItemsMax) break;
    next.delete(id);
    asked.delete(id);
  }
  book.value = next;
}

async function fetchGathered(): Promise<void> {
  const ids = gathered;
  gathered = [];
  for (let from = 0; from < ids.length; from += LOOKED_UP_MAX) {
    const some = ids.slice(from, from + LOOKED_UP_MAX);
    try {
      remember(await lookUp(some));
    } catch {
      // They are shown by id, and asked for again when they are shown next.
      for (const id of some) asked.delete(id);
    }
  }
}

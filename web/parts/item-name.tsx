import type { JSX } from 'preact';

import { itemOfBook } from '../state/item-book.ts';
import { linkTo } from '../state/place.ts';

/** An item by its name, as a link to what is known of it. */
export function ItemName({ id }: { id: string }): JSX.Element {
  const title = itemOfBook(id)?.title;
  return (
    <a class="item-name" href={linkTo('items', id)} title={title === undefined ? undefined : id}>
      {title ?? <code>{id}</code>}
    </a>
  );
}

/** Attributes that say most of an item, in the order in which they are told. */
const TOLD = ['artist', 'author', 'genre', 'category', 'year'] as const;

/** What an item is, in a few words. */
export function ItemWords({ id }: { id: string }): JSX.Element | null {
  const item = itemOfBook(id);
  if (item === undefined) return null;
  const told = TOLD.flatMap((name) => item.attributes[name] ?? []).map(String);
  const words = told.length > 0 ? told : Object.values(item.attributes).slice(0, 3).map(String);
  return words.length === 0 ? null : <span class="soft">{words.join(' · ')}</span>;
}

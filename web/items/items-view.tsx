import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { Cover } from '../parts/cover.tsx';
import { ItemName, ItemWords } from '../parts/item-name.tsx';
import { remember } from '../state/item-book.ts';
import { attempt } from '../state/notices.ts';
import { place } from '../state/place.ts';
import { searchItems } from '../wire/calls.ts';
import { ItemCard } from './item-card.tsx';

const FOUND = 24;
/** How long typing has to rest before it is searched, milliseconds. */
const REST_MS = 180;

const words = signal('');
const found = signal<readonly string[] | undefined>(undefined);

async function search(wanted: string): Promise<void> {
  if (wanted.trim() === '') {
    found.value = undefined;
    return;
  }
  const items = await attempt(() => searchItems(wanted, FOUND));
  // What was typed meanwhile has an answer of its own.
  if (items === undefined || words.value !== wanted) return;
  remember(items);
  found.value = items.map(({ id }) => id);
}

function SearchField(): JSX.Element {
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const type = (event: Event): void => {
    const { value } = event.currentTarget as HTMLInputElement;
    words.value = value;
    clearTimeout(rest.current);
    rest.current = setTimeout(() => void search(value), REST_MS);
  };
  return (
    <div class="search" role="search">
      <label for="search">Search by title</label>
      <input
        id="search"
        type="search"
        value={words.value}
        maxLength={200}
        placeholder="river, velvet, …"
        autocomplete="off"
        onInput={type}
      />
    </div>
  );
}

function Found(): JSX.Element | null {
  const ids = found.value;
  if (ids === undefined) return null;
  return (
    <section aria-live="polite">
      <h2 class="unseen">Found</h2>
      {ids.length === 0 ? (
        <p class="soft">No title has these words.</p>
      ) : (
        <ul class="found">
          {ids.map((id) => (
            <li key={id} class="card">
              <Cover id={id} />
              <div>
                <ItemName id={id} />
                <ItemWords id={id} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Items: search by title, and one item with those that are like it. */
export function ItemsView(): JSX.Element {
  const { detail } = place.value;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (detail !== undefined) card.current?.scrollIntoView({ block: 'nearest' });
  }, [detail]);
  return (
    <>
      <h1 class="view-title">Items</h1>
      <SearchField />
      <div class="items">
        <div ref={card}>{detail !== undefined && <ItemCard key={detail} id={detail} />}</div>
        <Found />
      </div>
    </>
  );
}

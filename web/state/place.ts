import { signal } from '@preact/signals';

/** The views of the page, in the order of their links. */
export const VIEWS = ['listen', 'figures', 'models', 'serving', 'items', 'refused'] as const;
/** A view of the page. */
export type View = (typeof VIEWS)[number];

/** Where the person is: a view, and what in it. */
export interface Place {
  readonly view: View;
  readonly detail: string | undefined;
}

/** Reads a place from the part of the address after `#`. */
export function readPlace(hash: string): Place {
  const [, name = '', ...rest] = hash.split('/');
  const view = VIEWS.find((one) => one === name) ?? 'listen';
  const raw = rest.join('/');
  return { view, detail: raw === '' ? undefined : decode(raw) };
}

/** Writes a place as a link. */
export function linkTo(view: View, detail?: string): string {
  return detail === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(detail)}`;
}

/** Where the person is. */
export const place = signal<Place>({ view: 'listen', detail: undefined });

/** Follows the address. */
export function followAddress(): void {
  const read = (): void => {
    place.value = readPlace(location.hash);
  };
  addEventListener('hashchange', read);
  read();
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw; // A link that somebody mangled names what it says.
  }
}

import type { JSX } from 'preact';

import { itemOfBook } from '../state/item-book.ts';

/** A number from 0 to 2³² − 1 that a text always gives. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The hue of what an item is of: items of a kind look alike. */
export function hueOf(kind: string): number {
  return (hashOf(kind) % 24) * 15;
}

/** A drawn cover: its colour says what kind the item is of, its shapes which one it is. */
export function Cover({ id, large = false }: { id: string; large?: boolean }): JSX.Element {
  const attributes = itemOfBook(id)?.attributes ?? {};
  const kind = attributes['genre'] ?? attributes['category'] ?? attributes['artist'] ?? id;
  const hue = hueOf(String(kind));
  const seed = hashOf(id);
  const at = (place: number, size: number): number => ((seed >>> (place * 4)) % 16) * (size / 15);
  const ground = `hsl(${String(hue)} 42% 38%)`;
  const light = `hsl(${String((hue + 24) % 360)} 70% 72%)`;
  const deep = `hsl(${String((hue + 330) % 360)} 48% 22%)`;
  return (
    <svg class={large ? 'cover cover-large' : 'cover'} viewBox="0 0 48 48" aria-hidden="true">
      <rect width="48" height="48" fill={ground} />
      <circle cx={at(0, 48)} cy={at(1, 48)} r={8 + at(2, 14)} fill={deep} />
      <path
        d={`M0 ${String(at(3, 40) + 4)} Q 24 ${String(at(4, 48))} 48 ${String(at(5, 40) + 4)} V48 H0 Z`}
        fill={light}
        opacity="0.55"
      />
      <circle cx={at(6, 40) + 4} cy={at(7, 40) + 4} r={2 + at(2, 4)} fill={light} />
    </svg>
  );
}

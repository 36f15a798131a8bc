import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

const GLIDE_MS = 320;

/** Lets the rows of a list glide to where they belong when their order changes, unless motion is not wanted. */
export function useGlide(): RefObject<HTMLOListElement | null> {
  const list = useRef<HTMLOListElement>(null);
  const places = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const rows = [...(list.current?.children ?? [])] as HTMLElement[];
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const before = places.current;
    places.current = new Map(rows.map((row) => [row.dataset['item'] ?? '', row.offsetTop]));
    if (isStill || before.size === 0) return;
    for (const row of rows) {
      const was = before.get(row.dataset['item'] ?? '');
      const by = was === undefined ? undefined : was - row.offsetTop;
      if (by === 0) continue;
      const from =
        by === undefined
          ? { opacity: 0, transform: 'translateX(12px)' }
          : { transform: `translateY(${String(by)}px)` };
      row.animate([from, { opacity: 1, transform: 'none' }], {
        duration: GLIDE_MS,
        easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)',
      });
    }
  });
  return list;
}

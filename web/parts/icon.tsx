import type { JSX } from 'preact';

const PATHS = {
  play: 'M7 4.5v15l13-7.5z',
  skip: 'M5 5v14l9-7zM16 5h3v14h-3z',
  like: 'M12 20 4.3 12.6a4.9 4.9 0 0 1 0-7 5 5 0 0 1 7 0l.7.7.7-.7a5 5 0 0 1 7 0 4.9 4.9 0 0 1 0 7z',
  listen: 'M4 13a8 8 0 0 1 16 0v6h-4v-6h2a6 6 0 0 0-12 0h2v6H4z',
  figures: 'M4 19h16v2H2V3h2zM7 16l4-6 4 3 5-8-1.700-1-3.800 6-4-3-5 7.500z',
  models: 'M12 2 2 7l10 5 10-5zM2 12l10 5 10-5-2-1-8 4-8-4zM2 17l10 5 10-5-2-1-8 4-8-4z',
  serving: 'M4 4h7v16H4zM6 6v12h3V6zM13 10h7v10h-7zM15 12v6h3v-6zM13 4h7v4h-7z',
  items:
    'M10 3a7 7 0 1 0 4.200 12.600L20 21.400 21.400 20l-5.800-5.800A7 7 0 0 0 10 3m0 2a5 5 0 1 1 0 10 5 5 0 0 1 0-10',
  refused: 'M12 2 1 21h22zM11 9h2v6h-2zM11 17h2v2h-2z',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 5a7 7 0 0 1 0 14z',
  out: 'M5 5h6v2H7v10h10v-4h2v6H5zM13 4h7v7h-2V7.400l-6.300 6.300-1.400-1.400L16.600 6H13z',
  undo: 'M8 5 2 11l6 6v-4h6a4 4 0 0 1 0 8h-2v2h2a6 6 0 0 0 0-12H8z',
} as const;

/** The name of a drawn sign. */
export type IconName = keyof typeof PATHS;

/** A sign beside words, or in a button that has a name of its own. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}

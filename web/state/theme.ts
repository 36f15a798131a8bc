import { effect, signal } from '@preact/signals';

/** How light the page is: as the system is, or as was chosen. */
export type Theme = 'auto' | 'light' | 'dark';

const NAME = 'reprise-theme';
const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

/** The chosen theme. */
export const theme = signal<Theme>(
  THEMES.find((one) => one === localStorage.getItem(NAME)) ?? 'auto',
);

/** Counts the changes of colours: who draws on a canvas draws again. */
export const colourTurn = signal(0);

/** Goes to the next theme. */
export function nextTheme(): void {
  theme.value = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'auto';
}

/** Shows the chosen theme from now on. */
export function followTheme(): void {
  const turn = (): void => {
    colourTurn.value = colourTurn.peek() + 1;
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', turn);
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
    localStorage.setItem(NAME, theme.value);
    turn();
  });
}

import { signal } from '@preact/signals';

/** Something that the person should know. */
export interface Notice {
  readonly id: number;
  readonly kind: 'done' | 'wrong';
  readonly text: string;
}

/** Notices that are shown at a time. */
export const noticesMax = 3;
/** How long a notice stays, milliseconds. */
const SHOWN_MS = { done: 5_000, wrong: 12_000 } as const;

/** What is shown now, oldest first. */
export const notices = signal<readonly Notice[]>([]);
let last = 0;

/** Says something for a while. */
export function notify(kind: Notice['kind'], text: string): void {
  last += 1;
  const id = last;
  notices.value = [...notices.value, { id, kind, text }].slice(-noticesMax);
  setTimeout(() => {
    dismiss(id);
  }, SHOWN_MS[kind]);
}

/** Takes a notice away. */
export function dismiss(id: number): void {
  notices.value = notices.value.filter((one) => one.id !== id);
}

/** Does something and says what went wrong; undefined then. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    notify('wrong', error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

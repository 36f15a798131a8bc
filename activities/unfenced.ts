import { hasCode } from '../events/error.ts';

/** Tries to change a record that other processes change at the same time. */
export const RECORD_TRIES_MAX = 16;

/** Does work again from what is there now, where another process changed a record first. */
export async function unfenced<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, 'FENCED') || tries >= RECORD_TRIES_MAX) throw error;
    }
  }
}

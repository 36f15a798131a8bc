import type { DeadLetter } from '../../model/delta.ts';

/** A dead letter as a manifest holds it: JSON has no NaN and no Infinity, so that such a time stands there as text. */
interface StoredLetter extends Omit<DeadLetter, 'timeMs'> {
  readonly timeMs: number | string;
}

/** Writes dead letters for a checkpoint's manifest. */
export function storedLetters(letters: readonly DeadLetter[]): StoredLetter[] {
  return letters.map((letter) => {
    const { timeMs } = letter;
    return { ...letter, timeMs: Number.isFinite(timeMs) ? timeMs : String(timeMs) };
  });
}

/** Reads the dead letters of a checkpoint's manifest. */
export function lettersOf(value: unknown): DeadLetter[] {
  if (!Array.isArray(value)) return [];
  return (value as StoredLetter[]).map((letter) => ({ ...letter, timeMs: Number(letter.timeMs) }));
}

/** Reads a count of a checkpoint's manifest; 0 where it has none. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

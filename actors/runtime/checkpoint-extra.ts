import type { DeadLetter } from '../../model/delta.ts';

/** Reads a count of a checkpoint's manifest; 0 where it has none. */
export function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

/** Reads the dead letters of a checkpoint's manifest: JSON has no NaN, so a time that was none is null there. */
export function lettersOf(value: unknown): DeadLetter[] {
  if (!Array.isArray(value)) return [];
  return (value as (Omit<DeadLetter, 'timeMs'> & { timeMs: number | null })[]).map((letter) => ({
    ...letter,
    timeMs: letter.timeMs ?? NaN,
  }));
}

import type { CheckpointManifest } from '../../model/checkpoint.ts';
import type { DeadLetter } from '../../model/delta.ts';
import type { PartitionState } from './partition-state.ts';

/** Where and when a state is captured, and what it has counted. */
export interface CapturedAt {
  readonly sequence: number;
  readonly parent: string | null;
  readonly createdMs: number;
  readonly events: number;
  readonly refused: number;
  readonly passedOver: number;
  readonly deadLetters: readonly DeadLetter[];
}

/** Makes the manifest of a partition's checkpoint. */
export function manifestOf(state: PartitionState, at: CapturedAt): CheckpointManifest {
  const { definition, partition, settings: actors, merging } = state;
  const { version, learner, types } = definition;
  const { sequence, parent, createdMs, events, refused, passedOver } = at;
  const deadLetters = storedLetters(at.deadLetters);
  const merged = merging && { barrier: merging.barrier };
  return {
    ...{ version, partition, sequence, parent, createdMs },
    settings: { learner, types, actors },
    extra: { events, refused, passedOver, deadLetters, ...merged },
  };
}

/** A dead letter as a manifest holds it: JSON has no NaN and no Infinity, so that such a time stands there as text. */
interface StoredLetter extends Omit<DeadLetter, 'timeMs'> {
  readonly timeMs: number | string;
}

/** Writes dead letters for a checkpoint's manifest. */
function storedLetters(letters: readonly DeadLetter[]): StoredLetter[] {
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

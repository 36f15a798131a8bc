import { placeOf, type EventBlock } from '../../events/blocks/block.ts';
import type { DeadLetter } from '../../model/delta.ts';

/** Tells of a block's event that was refused. */
export function letterOf(block: EventBlock, row: number, reason: string): DeadLetter {
  return {
    sequence: placeOf(block, row),
    reason,
    type: block.types[block.type[row] as number] ?? '',
    item: block.items[block.item[row] as number] ?? '',
    timeMs: block.timeMs[row] as number,
  };
}

/** Refused events, parked: the newest `deadLettersMax` are kept, all are counted. */
export class DeadLetters {
  readonly #max: number;
  #kept: DeadLetter[] = [];
  #count = 0;
  /** How many of the kept ones came since the last take. */
  #fresh = 0;

  constructor(deadLettersMax: number) {
    this.#max = deadLettersMax;
  }

  /** Refused events so far, those no longer kept included. */
  get count(): number {
    return this.#count;
  }

  /** Parks a refused event. */
  park(letter: DeadLetter): void {
    this.#kept.push(letter);
    this.#count++;
    this.#fresh++;
    // Dropped in batches, so that parking costs the same however many are kept.
    if (this.#kept.length > this.#max * 2 + 16) this.#kept = this.kept();
  }

  /** The letters kept, oldest first. */
  kept(): DeadLetter[] {
    return this.#max === 0 ? [] : this.#kept.slice(-this.#max);
  }

  /** The kept letters that came since the last take, oldest first. */
  takeFresh(): DeadLetter[] {
    const fresh = Math.min(this.#fresh, this.#max);
    this.#fresh = 0;
    return fresh === 0 ? [] : this.#kept.slice(-fresh);
  }

  /** Takes up what a checkpoint holds. */
  restore(letters: readonly DeadLetter[], count: number): void {
    this.#kept = [...letters];
    this.#count = count;
    this.#fresh = 0;
  }
}

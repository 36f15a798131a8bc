import { sequence } from '../events/position.ts';
import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';
import { StateDigest } from './state-digest.ts';

/** Marks kept of a partition: past it every second one of the older half is let go of. */
export const STATE_MARKS_MAX = 4_096;

/** What the rows of a state were at a position. */
export interface StateMark {
  readonly sequence: Sequence;
  /** See {@link StateDigest}. */
  readonly digest: string;
}

/**
 * Notes what the live state of one partition was after each slice, since it began: so much of the past that a clean replay
 * can tell where the two part. Where events come one by one that is a mark an event; the older, the sparser.
 */
export class StateTrail {
  readonly #digest = new StateDigest();
  readonly #marksMax: number;
  #marks: StateMark[] = [];

  constructor(marksMax = STATE_MARKS_MAX) {
    this.#marksMax = marksMax;
  }

  /** The version that the marks are of; null before the first. */
  get version(): string | null {
    return this.#digest.version;
  }

  /** The marks, in the order in which they were made: by sequence. */
  get marks(): readonly StateMark[] {
    return this.#marks;
  }

  /** Folds what a slice changed and makes a mark; throws where it does not continue. */
  apply(delta: ModelDelta): void {
    this.#begin(delta);
    this.#digest.apply(delta);
    this.#note();
  }

  /** Folds a whole state and makes a mark, yielding as it goes. */
  async applyWhole(delta: ModelDelta, yieldNow: () => Promise<void>): Promise<void> {
    this.#begin(delta);
    const steps = this.#digest.fold(delta);
    while (steps.next().done !== true) await yieldNow();
    this.#note();
  }

  /** What the newest mark at a sequence says; undefined where none was made there, or it was let go of. */
  digestAt(at: number): string | undefined {
    return this.#marks.findLast((mark) => mark.sequence === at)?.digest;
  }

  /** Another version has another past; so has a state that was put back to an earlier place. */
  #begin(delta: ModelDelta): void {
    if (delta.version !== this.version) this.#marks = [];
    else if (delta.whole) this.#marks = this.#marks.filter((mark) => mark.sequence < delta.to);
  }

  #note(): void {
    const { hex, sequence: at } = this.#digest;
    this.#marks.push({ sequence: sequence(at), digest: hex });
    if (this.#marks.length <= this.#marksMax) return;
    const half = Math.floor(this.#marksMax / 2);
    this.#marks = this.#marks.filter((_, place) => place >= half || place % 2 === 0);
  }
}

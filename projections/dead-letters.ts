import type { Sequence } from '../events/position.ts';
import type { DeadLetter, ModelDelta } from '../model/delta.ts';
import { DeltaPosition } from './delta-position.ts';

/** The newest events that one partition's actors refused, within a bound. A fold of deltas. */
export class DeadLettersProjection {
  readonly #max: number;
  readonly #position = new DeltaPosition();
  #letters: DeadLetter[] = [];
  #refused = 0;

  constructor(deadLettersMax: number) {
    this.#max = deadLettersMax;
  }

  /** The last sequence that this projection holds. */
  get position(): Sequence {
    return this.#position.sequence;
  }

  /** The letters kept, oldest first. */
  get letters(): readonly DeadLetter[] {
    return this.#letters;
  }

  /** Refused events that this projection was told of, kept or not. */
  get refused(): number {
    return this.#refused;
  }

  /** Throws where the delta does not continue this projection. */
  check(delta: ModelDelta): void {
    this.#position.check(delta);
  }

  /** Folds a delta that starts where this projection stands, or a whole one. */
  apply(delta: ModelDelta): void {
    this.#position.check(delta);
    if (delta.whole) this.drop();
    this.#position.advance(delta);
    if (delta.deadLetters.length === 0) return;
    this.#refused += delta.deadLetters.length;
    this.#letters = [...this.#letters, ...delta.deadLetters].slice(-this.#max);
  }

  /** Forgets everything: the next delta must be whole or start at the origin. */
  drop(): void {
    this.#position.drop();
    this.#letters = [];
    this.#refused = 0;
  }
}

import { RepriseError } from '../events/error.ts';
import { ORIGIN, advance, sequence } from '../events/position.ts';
import type { Sequence } from '../events/position.ts';
import type { ModelDelta } from '../model/delta.ts';

/** Where a fold of one partition's deltas stands; it advances by what fits and refuses everything else. */
export class DeltaPosition {
  #sequence: Sequence = ORIGIN;
  #version: string | null = null;

  /** The last sequence that the fold holds. */
  get sequence(): Sequence {
    return this.#sequence;
  }

  /** The model version whose deltas are folded; null before the first. */
  get version(): string | null {
    return this.#version;
  }

  /** Throws, and changes nothing, where the delta does not continue this fold; a whole delta always does. */
  check(delta: ModelDelta): void {
    if (delta.whole) return;
    if (this.#version !== null && delta.version !== this.#version) {
      throw new RepriseError(
        'CONFLICT',
        `a delta of version ${delta.version} does not continue version ${this.#version}: feed a whole delta first`,
        { partition: delta.partition },
      );
    }
    advance(this.#sequence, { from: sequence(delta.from), to: sequence(delta.to) });
  }

  /** Stands where the delta ends; throws where it does not continue this fold. */
  advance(delta: ModelDelta): void {
    this.check(delta);
    this.#sequence = sequence(delta.to);
    this.#version = delta.version;
  }

  /** Stands before the first event again. */
  drop(): void {
    this.#sequence = ORIGIN;
    this.#version = null;
  }
}

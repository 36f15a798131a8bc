import type { Sequence } from '../../../events/position.ts';
import { sequence } from '../../../events/position.ts';
import type { ModelDelta } from '../../../model/delta.ts';
import type { ReloadMark } from './delta-stream-keys.ts';

/** What a reader does with a record: pass it over, give it, or say that something is missing before it. */
export type Verdict = 'old' | 'next' | 'gap';

/** Where a reader of a partition's deltas stands, and what continues it. */
export class DeltaPlace {
  #position: Sequence;
  #version: string;

  constructor(position: Sequence, version: string) {
    this.#position = position;
    this.#version = version;
  }

  /** The last sequence that the reader was given. */
  get position(): Sequence {
    return this.#position;
  }

  /** Judges a delta; what is next is stood on. */
  take(delta: ModelDelta): Verdict {
    const isSame = delta.version === this.#version;
    const isHeld = delta.to < this.#position || (delta.to === this.#position && isSame);
    // A version's own deltas before its promotion's whole one are for nobody who stands at the promotion.
    if (isHeld || (delta.to === this.#position && !delta.whole)) return 'old';
    if (!delta.whole && (delta.from !== this.#position || !isSame)) return 'gap';
    this.#position = sequence(delta.to);
    this.#version = delta.version;
    return 'next';
  }

  /** Judges a mark in the place of a delta that was too large. */
  takeMark({ to, version }: ReloadMark): Verdict {
    const isHeld = to < this.#position || (to === this.#position && version === this.#version);
    return isHeld ? 'old' : 'gap';
  }
}

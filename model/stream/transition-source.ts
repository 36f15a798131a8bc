import type { Kernel } from '../kernel/kernel.ts';
import { FEATURES } from './blend-features.ts';
import { BoundedPairs } from './bounded-pairs.ts';
import type { CandidateSet } from './candidate-set.ts';
import type { Capturable, LearnerState } from './learner-state.ts';
import { nearLog2 } from '../kernel/plain-candidates.ts';

/** The user's last items that lead somewhere. */
const LAST_ITEMS = 3;
/** What a step from each of them counts. */
const STEP_WEIGHTS = [1, 0.5, 0.25];
/** Added to a row's total, so that one step is no certainty. */
const DOUBT = 1;
/** Brings shares and logarithms to a size that one rate of learning fits. */
const SHARE_SCALE = 100;
const SCALE = 0.35;

/** Where users went from an item: what came next, and, counting less, the two after it. */
export class TransitionSource implements Capturable {
  readonly #pairs: BoundedPairs;

  /** The kernel is that of the candidates. */
  constructor(kernel: Kernel, partnersMax: number) {
    this.#pairs = new BoundedPairs(kernel, partnersMax);
  }

  /** Adds what followed the user's last items, newest first, to the candidates, and how often it did. */
  propose(candidates: CandidateSet, latest: Uint32Array, count: number): void {
    for (let lag = 0; lag < LAST_ITEMS && lag < count; lag++) {
      const row = latest[lag] as number;
      const partners = this.#pairs.partners(row);
      const counts = this.#pairs.counts(row);
      const scale = SHARE_SCALE / (this.#pairs.total(row) + DOUBT);
      for (let at = 0; at < partners.length; at++) {
        const slot = candidates.slot(partners[at] as number);
        if (slot < 0) continue;
        const share = (counts[at] as number) * scale;
        candidates.say(slot, FEATURES.transitions + lag, nearLog2(1 + share) * SCALE);
      }
    }
  }

  /** Counts the steps from the user's last items, newest first, to the event's. */
  learn(itemRow: number, latest: Uint32Array, count: number, weight: number): void {
    for (let lag = 0; lag < LAST_ITEMS && lag < count; lag++) {
      const from = latest[lag] as number;
      if (from !== itemRow) {
        this.#pairs.add(from, itemRow, weight * (STEP_WEIGHTS[lag] as number));
      }
    }
  }

  /** The pairs, for who puts them away. */
  get pairs(): BoundedPairs {
    return this.#pairs;
  }

  capture(): LearnerState {
    return this.#pairs.capture();
  }

  restore(state: LearnerState): void {
    this.#pairs.restore(state);
  }
}
